"""Files that name the graduates of population changes, through HTTP and the worker."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

import httpx
import pytest
from erased import erase_now
from importing import counts, faults

from common.crypto import FieldCipher
from common.database import Database
from common.errors import TransientError
from common.imports import ImportKind, run_import
from common.operations import OperationContext, OperationRunner
from common.operations.outcome import Outcome
from registry.population_changes.imports.operations import KIND, change_import
from testing.waiting import eventually

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]

PATH = "/v1/population-changes"
FIRST = {"If-Match": '"1"'}
CANARY = "因病休学，金丝雀"
PAPER = {"document_number": "金丝雀〔2024〕18号", "document_issued_on": "2024-06-18"}
CHUNK = 2


class Office:
    """Sends files to one school, and lets a worker do what waits."""

    def __init__(self, database: Database, cipher: FieldCipher, school: str) -> None:
        self._database = database
        self._cipher = cipher
        self._school = school

    async def send(
        self, sender: httpx.AsyncClient, rows: Sequence[Sequence[str]], change: str = "extend", **form: str
    ) -> httpx.Response:
        content = "\n".join(",".join(row) for row in [["学号", "考生号", "姓名"], *rows]).encode()
        needs = PAPER if change == "extend" else {}
        fields = {"school_code": self._school, "cohort": "2024", "change": change, "reason": CANARY, **needs, **form}
        return await sender.post("/v1/imports/population-changes", data=fields, files={"file": ("a.csv", content)})

    async def done(self, sender: httpx.AsyncClient, taken: httpx.Response) -> Json:
        assert taken.status_code == 202, taken.text
        worker = self.worker(run_import)
        while await worker.run_once():
            pass
        return dict((await sender.get(taken.headers["location"])).json())

    def worker(self, run: Callable[[ImportKind, OperationContext], Awaitable[Outcome]]) -> OperationRunner:
        kind = change_import(self._cipher, CHUNK)
        empty = {KIND: kind.empty_result}
        return OperationRunner(
            self._database.patient, {KIND: partial(run, kind)}, cipher=self._cipher, empty_results=empty
        )


@pytest.fixture
def office(database: Database, cipher: FieldCipher, school: str) -> Office:
    return Office(database, cipher, school)


async def entered(officer: httpx.AsyncClient, school: str, numbers: Sequence[str]) -> list[str]:
    """The ids of new graduates with these student numbers."""
    ids = []
    for number in numbers:
        entry = {"student_number": number, "name": "张三", "education_level_code": "31"}
        answer = await officer.post("/v1/graduates", json={"school_code": school, "cohort": 2024, **entry})
        assert answer.status_code == 201, answer.text
        ids.append(str(answer.json()["id"]))
    return ids


async def test_a_row_of_an_erased_person_asks_for_nothing(
    office: Office, officer: httpx.AsyncClient, school: str, database: Database, cipher: FieldCipher
) -> None:
    gone, _ = await entered(officer, school, ("1", "2"))
    await erase_now(database, cipher, gone)
    done = await office.done(officer, await office.send(officer, [["1", "", "张三"], ["2", "", "张三"]]))
    assert (done["state"], counts(done)) == ("succeeded", [1, 0, 1, 0])
    assert [(each["row"], each["rule"]) for each in done["warnings"]] == [(2, "erased_person")]


async def test_a_file_becomes_a_request_of_the_rows_that_can_be_asked_for(
    asker: httpx.AsyncClient,
    officer: httpx.AsyncClient,
    decider: httpx.AsyncClient,
    office: Office,
    people: list[str],
    school: str,
    rows: Rows,
) -> None:
    table = [
        ("1", "", "张三"),
        ("2", "", "李四"),
        ("3", "", "张三"),
        ("9", "", "张三"),
        ("1", "", "张三"),
        ("", "", "张三"),
        ("", "E9", "张三"),
        ("2", "", ""),
    ]
    wrong = [
        (3, "姓名", "name_mismatch"),
        # of another college, and the name says nothing of it
        (4, "学号", "unknown_graduate"),
        (5, "学号", "unknown_graduate"),
        (6, "学号", "duplicate_in_file"),
        (7, "学号", "required"),
        (8, "考生号", "unknown_graduate"),
        (9, "姓名", "required"),
    ]
    refused = await office.done(asker, await office.send(asker, table))
    assert (refused["state"], counts(refused), refused["result"]["requests"]) == ("failed", [0, 0, 0, 7], [])
    foretold = await office.done(asker, await office.send(asker, table, on_error="skip", dry_run="true"))
    assert (counts(foretold), foretold["result"]["requests"], faults(foretold)) == ([1, 0, 0, 7], [], wrong)
    assert (await officer.get(PATH)).json()["items"] == []
    done = await office.done(asker, await office.send(asker, table, on_error="skip", effective_on="2024-06-20"))
    assert (done["state"], counts(done), faults(done)) == ("succeeded", [1, 0, 0, 7], wrong)
    (change_id,) = done["result"]["requests"]
    change = (await decider.get(f"{PATH}/{change_id}")).json()
    assert (change["graduate_ids"], change["college_code"], change["effective_on"]) == (people[:1], "C1", "2024-06-20")
    assert (change["reason"], change["document"]) == (
        CANARY,
        {"number": PAPER["document_number"], "issued_on": PAPER["document_issued_on"]},
    )
    assert (change["requested_by_role"], change["allowed_transitions"]) == ("college_officer", ["approve", "refuse"])
    stored = [
        str(await rows(f"SELECT * FROM {table}"))
        for table in ("population_change_files", "population_changes", "operations", "audit_entries")
    ]
    assert not any("金丝雀" in each for each in stored)

    again = await office.done(asker, await office.send(asker, table[:1]))
    assert faults(again) == [(2, "学号", "population_change_open")]
    assert (await decider.post(f"{PATH}/{change_id}/approve", headers=FIRST)).json()["clamped"] == 0
    over = await office.done(asker, await office.send(asker, table[:1]))
    assert faults(over) == [(2, "学号", "transition_not_allowed")]
    levels = await office.done(officer, await office.send(officer, [("3", "", "张三")], "readmit"))
    assert faults(levels) == [(2, "学号", "level_not_counted")]


@pytest.mark.parametrize("on_error", ["reject", "skip"])
async def test_a_file_whose_worker_broke_off_makes_each_request_once(
    officer: httpx.AsyncClient, office: Office, school: str, on_error: str
) -> None:
    ids = await entered(officer, school, "12345")
    # a graduate of a request that is made must still be known as repeated
    table = [(number, "", "张三") for number in "12345"] + ([("1", "", "张三")] if on_error == "skip" else [])
    taken = await office.send(officer, table, on_error=on_error)
    await office.worker(dying).run_once()
    half = [each["graduate_ids"] for each in (await officer.get(PATH)).json()["items"]]
    assert half == ([ids[:2], ids[2:4]] if on_error == "skip" else [])
    await eventually(office.worker(run_import).run_once, describe="the operation taken up again")
    done = (await officer.get(taken.headers["location"])).json()
    assert (done["state"], counts(done)) == ("succeeded", [5, 0, 0, len(table) - 5])
    assert [each[2] for each in faults(done)] == ["duplicate_in_file"][: len(table) - 5]
    made = {each["id"]: each["graduate_ids"] for each in (await officer.get(PATH)).json()["items"]}
    assert [made[each] for each in done["result"]["requests"]] == [ids[:2], ids[2:4], ids[4:]]
    assert len(made) == 3
    path = f"{PATH}/{done['result']['requests'][0]}"
    fewer = await officer.patch(path, json={"graduate_ids": ids[:1]}, headers=FIRST)
    assert fewer.json()["graduate_ids"] == ids[:1]


async def test_a_cancelled_file_keeps_what_was_asked_and_the_same_file_does_the_rest(
    officer: httpx.AsyncClient, office: Office, school: str
) -> None:
    ids = await entered(officer, school, "12345")
    table = [(number, "", "张三") for number in "12345"]
    taken = await office.send(officer, table, on_error="skip")
    await office.worker(dying).run_once()
    assert (await officer.post(f"{taken.headers['location']}/cancel")).status_code == 200
    await eventually(office.worker(run_import).run_once, describe="the operation taken up again")
    ended = (await officer.get(taken.headers["location"])).json()
    assert (ended["state"], counts(ended), len(ended["result"]["requests"])) == ("cancelled", [4, 0, 0, 0], 2)
    rest = await office.done(officer, await office.send(officer, table, on_error="skip"))
    assert (counts(rest), {each[2] for each in faults(rest)}) == ([1, 0, 0, 4], {"population_change_open"})
    last = (await officer.get(f"{PATH}/{rest['result']['requests'][0]}")).json()
    assert last["graduate_ids"] == ids[4:]


async def test_the_entry_that_stays_of_duplicates_is_none_of_the_rows(
    officer: httpx.AsyncClient, office: Office, school: str
) -> None:
    ids = await entered(officer, school, "123")
    table = [(number, "", "张三") for number in "123"]
    form = {"ground": "duplicate", "duplicate_of": ids[2], "on_error": "skip"}
    done = await office.done(officer, await office.send(officer, table, "exclude", **form))
    assert (counts(done), faults(done)) == ([2, 0, 0, 1], [(4, "学号", "duplicate_must_stay")])
    change = (await officer.get(f"{PATH}/{done['result']['requests'][0]}")).json()
    assert (change["graduate_ids"], change["duplicate_of"]) == (ids[:2], ids[2])


@pytest.mark.parametrize(
    ("form", "answer"),
    [
        ({"document_number": ""}, (422, [("/document_number", "required")])),
        ({"document_issued_on": ""}, (422, [("/document_issued_on", "required")])),
        ({"document_number": "", "document_issued_on": ""}, (422, [("/document_number", "required")])),
        ({"effective_on": "2999-01-01"}, (422, [("/effective_on", "in_the_future")])),
        ({"reason": "学号 20200001"}, (422, [("/reason", "identifying_text")])),
        ({"ground": "international"}, (422, [("/ground", "must_be_empty")])),
        ({"change": "leave"}, (422, [("/change", "not_allowed")])),
        ({"school_code": "10001"}, (404, [])),
    ],
)
async def test_a_form_that_asks_for_nothing_possible_is_refused_at_once(
    officer: httpx.AsyncClient, office: Office, form: dict[str, str], answer: tuple[int, list[tuple[str, str]]]
) -> None:
    refused = await office.send(officer, [("1", "", "张三")], **form)
    problems = [(each["pointer"], each["rule"]) for each in refused.json().get("errors", ())]
    assert (refused.status_code, problems) == answer


@pytest.mark.parametrize(
    ("role", "scope", "status"),
    [
        ("admin", {}, 403),
        ("counsellor", {"school": "OWN", "class_": "K1"}, 403),
        ("provincial_officer", {"province": "410000"}, 403),
        ("college_officer", {"school": "10001", "college": "C1"}, 404),
        # what the role needs and the token lacks opens nothing
        ("college_officer", {"school": "OWN"}, 404),
        ("auditor", {"school": "OWN"}, 403),
        ("graduate", {}, 404),
    ],
)
async def test_only_officers_send_such_files(
    client: Client, office: Office, school: str, role: str, scope: Json, status: int
) -> None:
    sender = client(role, **{name: school if value == "OWN" else value for name, value in scope.items()})
    assert (await office.send(sender, [("1", "", "张三")])).status_code == status


async def dying(kind: ImportKind, context: OperationContext) -> Outcome:
    """A worker that loses its footing after its second chunk."""
    progress = context.progress

    async def until_lost(done: int, total: int) -> None:
        if done > CHUNK:
            raise TransientError
        await progress(done, total)

    context.progress = until_lost  # type: ignore[method-assign]
    return await run_import(kind, context)
