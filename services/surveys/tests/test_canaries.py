"""Answers, phones, contacts and reasons are planted in surveys, then searched in all that is kept or told."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from uuid import UUID

import httpx
import pytest

from common.crypto import FieldCipher
from common.database import Database
from common.observability import exposition
from common.operations import OperationRunner
from common.registry_client import RegistryClient
from surveys.answer_imports.imports.operations import EMPTY_RESULT, KIND, importing
from surveys.invitations.commands import KIND as INVITING
from surveys.invitations.operations import inviting

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]

ANY = {"If-Match": "*"}
PHONE, MAIL = "13876543210", "mingqin@canary.example"
WORDS = {
    name: f"鸣禽{name}" for name in ("页面", "提交", "纸质", "再录", "文件", "错值", "排除", "纳入", "联系人", "学号")
}
CANARIES = ("鸣禽", PHONE, MAIL)


def forms_of(word: str) -> Iterable[str]:
    """A word as it may stand in a text: plain, as JSON escapes it, as PostgreSQL writes bytes."""
    return word, word.encode("unicode_escape").decode(), word.encode().hex()


def found_in(text: str) -> list[str]:
    return [word for word in CANARIES if any(form in text for form in forms_of(word))]


@pytest.fixture
def plan(plan: Json) -> Json:
    return plan | {"anonymity": "identified"}


@pytest.fixture
def runner(database: Database, cipher: FieldCipher, registry: RegistryClient) -> OperationRunner:
    handlers = {KIND: importing(registry, cipher), INVITING: inviting(cipher)}
    return OperationRunner(database.patient, handlers, cipher=cipher, empty_results={KIND: EMPTY_RESULT})


class Doors:
    """Every way by which a word comes in; what a program is told of it is kept, too."""

    def __init__(self, client: Client, manager: httpx.AsyncClient, school: str, wave: str) -> None:
        self._client, self._manager, self._school, self._wave = client, manager, school, wave
        self.told: list[str] = []

    async def ask(self, asking: Awaitable[httpx.Response], status: int) -> httpx.Response:
        """What is answered is kept."""
        answer = await asking
        assert answer.status_code == status, answer.text
        self.told.append(answer.text)
        return answer

    async def answer(self, token: str) -> None:
        """By pages and at once, wrong values first; what is saved the holder alone reads."""
        holder = self._client(link=token)
        wrong = {"satisfied": WORDS["错值"], "match": PHONE}
        path = "/v1/answer/pages/work"
        await self.ask(holder.put(path, json={"values": wrong}, headers=ANY), 422)
        await self.ask(holder.post("/v1/answer/submit", json={"values": wrong}, headers=ANY), 422)
        await self.ask(holder.put(f"{path}{WORDS['错值']}", json={"values": wrong}, headers=ANY), 404)
        body = {"values": {"satisfied": "y", "comment": WORDS["页面"] + PHONE}}
        assert (await holder.put(path, json=body, headers=ANY)).status_code == 200
        whole = {"values": {"match": 4, "comment": WORDS["提交"] + MAIL}}
        assert (await holder.post("/v1/answer/submit", json=whole, headers=ANY)).status_code == 200

    async def paper(self, graduate: UUID) -> None:
        """Keyed wrongly, then twice and differently."""
        consent = {"statement_version": 1, "agreed": True, "sensitive": False}
        path = f"/v1/waves/{self._wave}/papers"
        values: list[tuple[str, Json, int]] = [
            ("one", {"satisfied": WORDS["错值"], "match": PHONE}, 422),
            ("one", {"satisfied": "y", "match": 4, "comment": WORDS["纸质"]}, 201),
            ("two", {"satisfied": "y", "match": 4, "comment": WORDS["再录"]}, 200),
        ]
        for subject, said, status in values:
            keyer = self._client("survey_manager", school=self._school, subject=subject)
            body = {"graduate_id": str(graduate), "values": said, "consent": consent}
            await self.ask(keyer.post(path, json=body), status)

    async def file(self, graduate: UUID, runner: OperationRunner) -> None:
        """A row that is taken, and rows that are not."""
        rows = [
            f"{graduate},是,y,{WORDS['文件']},4",
            f"{WORDS['学号']},是,{WORDS['错值']},{PHONE},{MAIL}",
            f"{UUID(int=1)},{WORDS['错值']},y,,4",
        ]
        content = "\n".join(["graduate_id,同意,satisfied,comment,match", *rows]).encode()
        form = {"statement_version": "1", "on_error": "skip"}
        path = f"/v1/waves/{self._wave}/imports"
        files = {"file": (f"{WORDS['文件']}.csv", content)}
        sent = await self.ask(self._manager.post(path, data=form, files=files), 202)
        while await runner.run_once():
            pass
        done = (await self._manager.get(f"/v1/operations/{sent.json()['id']}")).json()
        assert (done["result"]["created"], done["result"]["rejected"]) == (1, 2), done
        # who has sent the file reads what is wrong in cells that are no words and name no one
        quoted = {each["column"]: each["value"] for each in done["errors"] if found_in(str(each))}
        assert quoted.keys() == {"graduate_id", "同意"}, quoted

    async def reasons(self, response: str) -> None:
        """Why an answer does not count, and does again."""
        for act in ("exclude", "include"):
            path, reason = f"/v1/responses/{response}/{act}", WORDS["排除" if act == "exclude" else "纳入"]
            await self.ask(self._manager.post(path, json={"reason": reason + PHONE}, headers=ANY), 422)
            await self.ask(self._manager.post(path, json={"reason": reason}, headers=ANY), 200)

    async def employer(self) -> None:
        """One who is to be written to; who manages it reads what was written."""
        made = await self._manager.post("/v1/employers", json={"school_code": self._school, "name": "某厂"})
        path = f"/v1/employers/{made.json()['id']}/contacts"
        said = {"name": WORDS["联系人"], "email": MAIL, "phone": PHONE}
        await self.ask(self._manager.post(path, json=said | {"email": WORDS["错值"]}), 422)
        added = await self._manager.post(path, json=said)
        assert added.status_code == 201, added.text


async def test_what_is_said_stands_in_no_table_log_metric_or_problem(
    client: Client, manager: httpx.AsyncClient, school: str, wave: Json, agreed: list[str], graduates: list[UUID],
    runner: OperationRunner, rows: Rows, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    doors = Doors(client, manager, school, wave["id"])
    with caplog.at_level("INFO"):
        await doors.answer(agreed[0])
        await doors.paper(graduates[1])
        await doors.file(graduates[2], runner)
        listed = (await manager.get("/v1/responses", params={"wave": wave["id"]})).json()["items"]
        assert [each["state"] for each in listed].count("submitted") == 2
        own = next(each["id"] for each in listed if each["graduate_id"] == str(graduates[0]))
        revealed = await manager.post(f"/v1/responses/{own}/reveal", headers={"X-Purpose": "support"})
        assert found_in(revealed.text) == ["鸣禽", MAIL], "the search finds what is there"
        await doors.reasons(own)
        await doors.employer()
    assert [text for text in doors.told if found_in(text)] == []
    assert found_in("".join(capfd.readouterr()) + caplog.text) == []
    assert found_in(exposition().decode()) == []
    tables = await rows("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")
    assert {"outbox", "contact_attempts", "audit_entries", "operations"} <= {table["name"] for table in tables}
    held = {}
    for table in tables:
        lines = await rows(f'SELECT to_jsonb(t)::text AS line FROM "{table["name"]}" AS t')
        if found := found_in(" ".join(row["line"] for row in lines)):
            held[table["name"]] = found
    assert held == {}
