"""The ledger from a spreadsheet: entered, renewed, unchanged; what a row may say; an own college alone."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import pytest
from acting import UNIT, approved, rows
from books import Book
from desks import Desk, code_of
from enrolling import Enrolment
from office import counts, faults, workbook
from rounds import in_second_round

from common.crypto import FieldCipher
from common.database import Database
from common.operations import OperationRunner
from destinations.settings import Settings

HEADERS = ("学号", "姓名", "核查方式", "通话结果", "核查结果", "备注")
SAYS = {"核查方式": "电话", "通话结果": "已接通", "核查结果": "属实"}


@pytest.fixture(autouse=True)
async def season(database: Database) -> None:
    await in_second_round(database)


class Sheets:
    """A college that sends its ledger of the second round."""

    def __init__(self, desk: Desk, runner: OperationRunner) -> None:
        self.desk, self.runner = desk, runner

    async def post(self, sheet: Sequence[Mapping[str, Any]], sender: Desk | None = None, **form: Any) -> httpx.Response:
        sent = {"school_code": "10001", "cohort": "2024", "round": "2"} | form
        files = {"file": ("台账.xlsx", workbook(sheet, HEADERS))}
        return await self.desk.http.post(
            "/v1/imports/ledger", data=sent, files=files, headers=(sender or self.desk).headers
        )

    async def send(self, sheet: Sequence[Mapping[str, Any]], **form: Any) -> dict[str, Any]:
        accepted = await self.post(sheet, **form)
        assert accepted.status_code == 202, accepted.text
        assert await self.runner.run_once()
        ended: dict[str, Any] = (await self.desk.get(accepted.headers["location"])).json()
        return ended


@pytest.fixture
def sheets(college: Desk, runner: OperationRunner) -> Sheets:
    return Sheets(college, runner)


def row(book: Book, number: int, says: Mapping[str, str] = SAYS, **given: Any) -> dict[str, Any]:
    """A row about somebody whom registry knows."""
    if f"{number}" not in book.numbers:
        book.write(f"{number}", f"张三{number}", **given)
    return {"学号": f"{number}", "姓名": f"张三{number}", **says}


async def test_rows_are_entered_renewed_or_unchanged(
    database: Database, sheets: Sheets, book: Book, settings: Settings
) -> None:
    sheet = [
        row(book, 1),
        row(book, 2, {"核查方式": "interview", "核查结果": "wrong", "备注": "单位有误"}),
        row(book, 3, {}),
    ]
    ended = await sheets.send(sheet, dry_run="true")
    assert (ended["state"], counts(ended)) == ("succeeded", (2, 0, 1, 0))
    assert await rows(database, "SELECT 1 FROM ledger_entries") == []
    ended = await sheets.send(sheet)
    assert (ended["state"], counts(ended)) == ("succeeded", (2, 0, 1, 0))
    assert counts(await sheets.send(sheet)) == (0, 0, 3, 0)
    stored = await rows(database, "SELECT * FROM ledger_entries ORDER BY id")
    said = [(each.graduate_id, each.round, each.method, each.outcome, each.result) for each in stored]
    assert said == [
        (book.numbers["1"][0], 2, "phone", "reached", "correct"),
        (book.numbers["2"][0], 2, "interview", None, "wrong"),
    ]
    cipher = FieldCipher.load(settings.keyring_file)
    assert cipher.decrypt("ledger_entries.note", stored[1].id, stored[1].note_cipher) == "单位有误"
    # a blank cell keeps what is entered, and the same of another content is a second look
    await approved(database, UNIT, graduate_id=book.numbers["1"][0])
    again = [row(book, 1), row(book, 2, {"核查结果": "正确", "备注": "**CLEAR**"})]
    assert counts(await sheets.send(again)) == (0, 2, 0, 0)
    stored = await rows(database, "SELECT * FROM ledger_entries ORDER BY id")
    assert [(each.version, each.method, each.result) for each in stored] == [
        (2, "phone", "correct"),
        (2, "interview", "correct"),
    ]
    assert stored[1].note_cipher is None
    audited = await rows(database, "SELECT action FROM audit_entries WHERE object_kind = 'ledger_entry' ORDER BY id")
    assert sorted(each.action for each in audited) == ["ledger.enter"] * 2 + ["ledger.renew"] * 2


async def test_what_rows_may_say(sheets: Sheets, book: Book) -> None:
    sheet = [
        row(book, 1, SAYS | {"核查方式": "材料核查"}),
        row(book, 2, SAYS | {"核查结果": "不属实"}),
        row(book, 3, SAYS | {"核查结果": "已更正"}),
        row(book, 4, SAYS | {"核查结果": "大概"}),
        row(book, 5, {"核查结果": "属实"}),
        row(book, 6, college_code="C02"),
        row(book, 7) | {"姓名": "李四"},
        {"学号": "404", "姓名": "无名", **SAYS},
        row(book, 8, status="withdrawn"),
        row(book, 9),
        row(book, 9),
    ]
    ended = await sheets.send(sheet, on_error="skip")
    assert counts(ended) == (1, 0, 0, 10)
    assert faults(ended) == [
        (2, "通话结果", "must_be_empty"),
        (3, "备注", "note_required"),
        (4, "核查结果", "no_version_in_round"),
        (5, "核查结果", "choice"),
        (6, "核查方式", "required"),
        (7, "学号", "unknown_graduate"),
        (8, "姓名", "name_mismatch"),
        (9, "学号", "unknown_graduate"),
        (10, "学号", "graduate_withdrawn"),
        (12, "学号", "duplicate_in_file"),
    ]


async def test_the_college_alone_sends_it_for_a_round_of_the_season(
    sheets: Sheets, book: Book, school: Desk, enrol: Enrolment
) -> None:
    sheet = [row(book, 1)]
    assert code_of(await sheets.post(sheet, round="3")) == (422, "unknown_round")
    assert code_of(await sheets.post(sheet, sender=school)) == (403, "forbidden")
    assert code_of(await sheets.post(sheet, school_code="10002")) == (404, "not_found")
