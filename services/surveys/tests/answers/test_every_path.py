"""Generated questionnaires and answers: page, API, file, paper and `evaluate` agree, and another reading with them."""

import csv
import html
import io
import os
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import httpx
import openpyxl
import pytest
from any_answers import Said
from any_questionnaire import OPENING, PAGES, TYPES, UNKNOWN, Reading, Sheet, number_of, sayings, sheets, stated
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from common import clock
from common.crypto import FieldCipher
from common.database import Database
from common.operations import OperationRunner
from common.registry_client import RegistryClient
from surveys.answer_imports.imports.operations import EMPTY_RESULT, KIND, importing
from surveys.invitations.commands import KIND as INVITING
from surveys.invitations.operations import inviting

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Problems = set[tuple[str, str]]

SOAKS = bool(os.environ.get("QUXIANG_SOAK"))
EXAMPLES = 500 if SOAKS else 6
ANY = {"If-Match": "*"}
PATHS = ("pages", "submit", "page", "paper", "file")
ANSWERS = 2
LANGUAGES = ("zh", "en")
COLUMNS = {column: name for name, of in TYPES.items() for column in (of.columns or (name,))} | {
    "c1_other": "c1_other",
    "m1_other_text": "m1_other",
}
"""Question (or the text beside its options) of each column of a file."""


@dataclass(frozen=True)
class Case:
    """One answer: what is said, in which language, with which consent, and what is known of who says it."""

    said: Mapping[str, Said]
    language: str
    sensitive: bool
    facts: Json
    day: date
    sheet: Sheet

    def reading(self, said: Mapping[str, Said] | None = None, *, sensitive: bool | None = None) -> Reading:
        """What the contract says of it, or of a part of it."""
        agreed = self.sensitive if sensitive is None else sensitive
        return Reading(self.sheet, self.said if said is None else said, self.day, self.facts, agreed)

    def of_page(self, page: str) -> dict[str, Said]:
        """What is said to the questions of a page; what is said to none goes with the first."""
        names = {*PAGES[page], *(f"{name}_other" for name in OPENING if name in PAGES[page])}
        return {name: each for name, each in self.said.items() if name in names or (name == UNKNOWN and page == "one")}


def refused(answer: httpx.Response) -> Problems:
    """What a program is told, by name and rule."""
    assert answer.status_code in (200, 422), answer.text
    if answer.status_code == 200:
        return set()
    return {(each["pointer"].removeprefix("/values/"), each["rule"]) for each in answer.json()["errors"]}


def faulty(problems: Problems, missing: set[str] = frozenset()) -> Problems:  # type: ignore[assignment]
    return problems | {(name, "required") for name in missing}


def fits(shown: Json, reading: Reading, language: str) -> None:
    """What is shown of an answer is what the contract says of it."""
    names = [each.name for each in reading.shown]
    assert shown["visible"] == {"pages": reading.pages, "questions": names}
    assert shown["calculated"] == {name: number_of(value) for name, value in reading.calculated.items()}
    assert shown["texts"].get("z1") == (reading.text(language) if "z1" in names else None)


def meaning(values: Json) -> Json:
    found = {name: stated(name, value) for name, value in values.items()}
    return {name: value for name, value in found.items() if value is not None}


@pytest.fixture
async def crowd(keep: Any, situate: Any, school: str, graduate_event: Any, book: Any) -> list[list[UUID]]:
    """For each answer a graduate by every path, of one college."""
    people = [[uuid4() for _ in PATHS] for _ in range(ANSWERS)]
    events = [
        graduate_event(school, each, college_code=str(number), education_level_code="31")
        for number, of in enumerate(people, 1)
        for each in of
    ]
    await keep(events)
    await situate(events)
    return people


@pytest.fixture
def working(database: Database, cipher: FieldCipher, registry: RegistryClient) -> OperationRunner:
    handlers = {KIND: importing(registry, cipher), INVITING: inviting(cipher)}
    return OperationRunner(database.patient, handlers, cipher=cipher, empty_results={KIND: EMPTY_RESULT})


@dataclass
class Field:
    """A wave in which every path is tried."""

    client: Client
    transport: httpx.ASGITransport
    manager: httpx.AsyncClient
    school: str
    runner: OperationRunner
    path: str
    wave: Json
    tokens: dict[str, str]
    told: dict[tuple[str, str, str], str]

    async def evaluated(self, case: Case) -> None:
        """A draft is tried, where nothing is hidden for want of consent, and no file is looked for."""
        body = {
            "values": {name: each.json for name, each in case.said.items()},
            "roster": {name: each if isinstance(each, str) else int(each) for name, each in case.facts.items()},
            "day": case.day.isoformat(),
            "language": case.language,
        }  # fmt: skip
        answer = await self.manager.post(f"{self.path}/evaluate", json=body, headers={"Accept-Language": case.language})
        assert answer.status_code == 200, answer.text
        reading = case.reading(sensitive=True)
        fits(answer.json(), reading, case.language)
        found = {(each["pointer"].removeprefix("/values/"), each["rule"]) for each in answer.json()["problems"]}
        assert found == {pair for pair in reading.problems() if pair[1] != "unknown_file"}

    def holder(self, graduate: UUID, case: Case) -> httpx.AsyncClient:
        holder = self.client(link=self.tokens[str(graduate)])
        holder.headers["Accept-Language"] = case.language
        return holder

    async def agree(self, holder: httpx.AsyncClient, case: Case) -> None:
        consent = {"statement_version": 1, "agreed": True, "sensitive": case.sensitive}
        assert (await holder.put("/v1/answer/consent", json=consent, headers=ANY)).status_code == 200

    async def by_pages(self, graduate: UUID, case: Case) -> Reading | None:
        """Saved page by page, then submitted; the reading that counts, None where it is refused."""
        holder = self.holder(graduate, case)
        await self.agree(holder, case)
        draft: dict[str, Said] = {}
        for page in PAGES:
            sent = case.of_page(page)
            body = {"values": {name: each.json for name, each in sent.items()}}
            answer = await holder.put(f"/v1/answer/pages/{page}", json=body, headers=ANY)
            expected = case.reading({**draft, **sent}).problems([*sent])
            assert refused(answer) == expected
            if expected:
                for each in answer.json()["errors"]:
                    at = (each["pointer"].removeprefix("/values/"), each["rule"], case.language)
                    self.told[at] = each["message"]
                continue
            draft |= sent
            reading = case.reading(draft)
            fits(answer.json(), reading, case.language)
            assert meaning(answer.json()["values"]) == meaning({name: each.json for name, each in draft.items()})
            assert set(answer.json()["missing"]) == reading.missing
            assert answer.json()["completeness"] == reading.completeness
        reading = case.reading(draft)
        done = await holder.post("/v1/answer/submit", headers=ANY)
        assert refused(done) == faulty(reading.problems(), reading.missing)
        return reading if done.status_code == 200 else None

    async def at_once(self, graduate: UUID, case: Case) -> Reading | None:
        """Submitted with all values."""
        holder = self.holder(graduate, case)
        await self.agree(holder, case)
        body = {"values": {name: each.json for name, each in case.said.items()}}
        done = await holder.post("/v1/answer/submit", json=body, headers=ANY)
        reading = case.reading()
        assert refused(done) == faulty(reading.problems(), reading.missing)
        return reading if done.status_code == 200 else None

    async def by_forms(self, graduate: UUID, case: Case) -> Reading | None:
        """The page, by the forms of a browser without a script."""
        said = {name: each for name, each in case.said.items() if each.fields is not None}
        case = replace(case, said=said)
        holder, draft = self.holder(graduate, case), dict[str, Said]()
        async with httpx.AsyncClient(
            transport=self.transport, base_url="https://surveys.test", headers={"Accept-Language": case.language}
        ) as browser:
            entered = await browser.post("/a", data={"link": self.tokens[str(graduate)]})
            assert entered.status_code == 303, entered.text
            consent = {"agreed": "true"} | ({"sensitive": "true"} if case.sensitive else {})
            assert (await browser.post("/a/consent", data=consent)).status_code == 303
            for page in PAGES:
                await self.seen(browser, page, case.reading(draft))
                sent = case.of_page(page)
                fields = {name: list(given) for each in sent.values() for name, given in (each.fields or {}).items()}
                answer = await browser.post(f"/a/pages/{page}", data=fields)
                expected = case.reading({**draft, **sent}).problems([*sent])
                assert answer.status_code == (422 if expected else 303), (expected, answer.text)
                if expected:
                    self.says(answer.text, expected, case.reading(draft), case.language)
                    continue
                draft |= sent
                shown = (await holder.get("/v1/answer")).json()
                fits(shown, case.reading(draft), case.language)
                assert meaning(shown["values"]) == meaning({name: each.json for name, each in draft.items()})
            reading = case.reading(draft)
            done = await browser.post("/a/review", data={})
            wrong = faulty(reading.problems(), reading.missing)
            assert done.status_code == (422 if wrong else 303), (wrong, done.text)
        return None if wrong else reading

    async def seen(self, browser: httpx.AsyncClient, page: str, reading: Reading) -> None:
        """A page that is visible shows its visible questions, any other one leads on."""
        answer = await browser.get(f"/a/pages/{page}")
        assert answer.status_code == (200 if page in reading.pages else 303), answer.text
        if answer.status_code == 200:
            names = [each.name for each in reading.shown if each.page == page]
            assert re.findall(r'id="q-([a-z0-9]+)"', answer.text) == names
            if "z1" in names:
                language = browser.headers["accept-language"]
                assert html.escape(reading.text(language), quote=False) in answer.text.replace("&#34;", '"')

    def says(self, page: str, problems: Problems, before: Reading, language: str) -> None:
        """A page with faults names each at its question, in the words that a program gets."""
        visible = {each.name for each in before.shown} - {"nt", "ka", "kt"}
        placed = {re.sub(r"(_other|/file_id)$", "", name) for name, _ in problems} & visible
        assert set(re.findall(r'id="([a-z0-9]+)-fault"', page)) == placed
        for name, rule in problems:
            if told := self.told.get((name, rule, language)):
                assert html.escape(told) in page, (name, rule)

    async def on_paper(self, graduate: UUID, case: Case) -> Reading | None:
        """Keyed by two."""
        consent = {"statement_version": 1, "agreed": True, "sensitive": case.sensitive}
        values = {name: each.json for name, each in case.said.items()}
        turned = {
            name: each[::-1] if name == "m1" and isinstance(each, list) else each for name, each in values.items()
        }
        reading, states = case.reading(), []
        expected = faulty(reading.problems(), reading.missing)
        for number, (subject, said) in enumerate((("one", values), ("two", turned))):
            body = {"graduate_id": str(graduate), "values": said, "consent": consent}
            keyer = self.client("survey_manager", school=self.school, subject=subject)
            answer = await keyer.post(f"/v1/waves/{self.wave['id']}/papers", json=body)
            if expected:
                assert refused(answer) == expected
                return None
            assert answer.status_code == 201 - number, answer.text
            states.append(answer.json()["state"])
        assert states == ["keyed", "submitted"]
        return reading

    async def by_file(self, cases: Mapping[UUID, Case], form: str) -> dict[UUID, Reading | None]:
        """One file of several rows; what is faulty is left out."""
        said = {
            graduate: {name: each for name, each in case.said.items() if each.cells is not None}
            for graduate, case in cases.items()
        }
        header = ["graduate_id", "consent", "consent_sensitive", *COLUMNS]
        rows: list[list[Any]] = [header]
        for graduate, of in said.items():
            cells = {column: cell for each in of.values() for column, cell in (each.cells or {}).items()}
            rows.append(
                [str(graduate), "1", str(int(cases[graduate].sensitive)), *(cells.get(each) for each in COLUMNS)]
            )
        sent = await self.manager.post(
            f"/v1/waves/{self.wave['id']}/imports",
            data={"statement_version": "1", "on_error": "skip"},
            files={"file": (f"answers.{form}", written(rows, form))},
        )
        assert sent.status_code == 202, sent.text
        while await self.runner.run_once():
            pass
        done = (await self.manager.get(f"/v1/operations/{sent.json()['id']}")).json()
        assert done["state"] == "succeeded", done
        found: dict[UUID, Reading | None] = {}
        for number, (graduate, case) in enumerate(cases.items(), 2):
            reading = case.reading(said[graduate])
            expected = faulty(reading.problems(), reading.missing)
            # a cell that is no flag and no place has a rule of its own
            errors = {
                (COLUMNS[each["column"]], {"choice": "ranking"}.get(each["rule"], each["rule"]))
                for each in done["errors"]
                if each["row"] == number
            }
            assert errors == expected, (done, said[graduate])
            found[graduate] = None if expected else reading
        return found

    async def stored(self, readings: Mapping[UUID, Reading | None]) -> None:
        """What was submitted stands as the reading says; what was refused is nowhere."""
        listed = (await self.manager.get("/v1/responses", params={"wave": self.wave["id"], "limit": 200})).json()[
            "items"
        ]
        submitted = {UUID(each["graduate_id"]): each for each in listed if each["state"] == "submitted"}
        assert {graduate for graduate, reading in readings.items() if reading} == {*submitted}
        for graduate, each in submitted.items():
            reading = readings[graduate]
            assert reading is not None
            assert (each["questions_answered"], each["questions_total"]) == reading.counts
            assert each["completeness"] == reading.completeness
            headers = {"X-Purpose": "support"}
            revealed = await self.manager.post(f"/v1/responses/{each['id']}/reveal", headers=headers)
            assert meaning(revealed.json()["values"]) == reading.kept


def written(rows: list[list[Any]], form: str) -> bytes:
    """A file: of a workbook numbers and days are such."""
    if form == "csv":
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        return text.getvalue().encode()
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.fixture
def taken(
    client: Client, transport: httpx.ASGITransport, manager: httpx.AsyncClient, school: str, plan: Json,
    working: OperationRunner,
) -> Callable[[Sheet], Awaitable[tuple[Sheet, Field]]]:  # fmt: skip
    """Publish a questionnaire without the conditions that never hold, and ask it."""
    told: dict[tuple[str, str, str], str] = {}

    async def take(sheet: Sheet) -> tuple[Sheet, Field]:
        made = await manager.post("/v1/questionnaires", json=sheet.sent)
        assert made.status_code == 201, made.text
        path = made.headers["Location"]
        linted = (await manager.post(f"{path}/lint")).json()["problems"]
        errors = [each for each in linted if each["severity"] == "error"]
        assert {each["rule"] for each in errors} <= {"unreachable"}, errors
        if errors:
            sheet = sheet.without([each["pointer"] for each in errors])
            assert (await manager.patch(path, json=sheet.sent, headers=ANY)).status_code == 200
        published = await manager.post(f"{path}/publish", headers=ANY)
        assert published.status_code == 200, published.text
        asked = {"questionnaire_id": made.json()["id"], "anonymity": "identified"}
        wave = (await manager.post("/v1/waves", json=plan | asked)).json()
        await manager.post(f"/v1/waves/{wave['id']}/invitations", json={"channel": "link"})
        while await working.run_once():
            pass
        items = (await manager.get(f"/v1/waves/{wave['id']}/invitations?limit=200")).json()["items"]
        tokens = {each["graduate_id"]: each["link"].split("#")[1] for each in items}
        return sheet, Field(client, transport, manager, school, working, path, wave, tokens, told)

    return take


@given(data=st.data())
@settings(max_examples=EXAMPLES, phases=[Phase.generate], suppress_health_check=[*HealthCheck])
@pytest.mark.timeout(7_200 if SOAKS else 120)
async def test_every_path_agrees_with_the_contract(crowd: list[list[UUID]], taken: Any, data: st.DataObject) -> None:
    sheet = data.draw(sheets())
    drawn = [
        (data.draw(sayings(sheet)), data.draw(st.sampled_from(LANGUAGES)), data.draw(st.booleans())) for _ in crowd
    ]
    form = data.draw(st.sampled_from(["csv", "xlsx"]))
    sheet, field = await taken(sheet)
    readings: dict[UUID, Reading | None] = {}
    in_file: dict[UUID, Case] = {}
    for number, ((pages, submit, page, paper, file), (said, language, agreed)) in enumerate(
        zip(crowd, drawn, strict=True), 1
    ):
        facts = {"roster_cohort": Decimal(2024), "wave_cycle": Decimal(1), "roster_college": str(number)}
        case = Case(said, language, agreed, facts, clock.today(), sheet)
        await field.evaluated(case)
        readings[pages] = await field.by_pages(pages, case)
        readings[submit] = await field.at_once(submit, case)
        readings[page] = await field.by_forms(page, case)
        readings[paper] = await field.on_paper(paper, case)
        in_file[file] = case
    readings |= await field.by_file(in_file, form)
    await field.stored(readings)
    for path, count in Counter(
        path for of in crowd for path, each in zip(PATHS, of, strict=True) if readings[each]
    ).items():
        event(f"{path}: {count} submitted")
