"""Lines that come again: those that left what stands are recognised, and nothing is asked about them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from enrolling import Enrolment
from office import FULL, Office, counts, faults, stored
from sqlalchemy import text

from common.auth import SYSTEM
from common.codes import CodeEntry, CodeLists
from common.database import Database


@pytest.fixture
async def rows(office: Office) -> list[dict[str, Any]]:
    """Two rows that were imported, and are known."""
    rows = [office.row(**FULL), office.row(毕业去向="待就业")]
    assert counts(await office.send(rows, effective_on="2022-08-31")) == (2, 0, 0, 0)
    return rows


async def test_nothing_is_asked_about_lines_that_are_known(
    office: Office, database: Database, book: Any, rows: list[dict[str, Any]]
) -> None:
    asked = book.asked
    for form in ({}, {"dry_run": "true"}, {"on_error": "skip"}, {"effective_on": "2022-08-30"}):
        operation = await office.send(rows, **form)
        assert (operation["state"], counts(operation), operation["warnings"]) == ("succeeded", (0, 0, 2, 0), [])
    assert book.asked == asked
    for table in ("registration_versions", "outbox"):
        assert len(await stored(database, f"SELECT 1 FROM {table}")) == 2, table


@pytest.mark.parametrize("kind", [str, float, lambda number: f"{number[:4]}-{number[4:]}"])
async def test_a_line_is_known_whatever_the_kind_of_its_number(
    office: Office, book: Any, kind: Callable[[str], Any]
) -> None:
    row = office.row(毕业去向="待就业")
    book.numbers[kind(row["学号"])] = book.numbers[row["学号"]]
    row["学号"] = kind(row["学号"])
    await office.send([row])
    asked = book.asked
    assert counts(await office.send([row])) == (0, 0, 1, 0)
    assert book.asked == asked


async def by_an_act(office: Office, database: Database, enrol: Enrolment) -> None:
    item, _ = await office.registrations()
    path = f"/v1/registrations/{item['id']}/request-void"
    answer = await office.http.post(path, headers=office.headers | {"If-Match": '"1"'})
    assert answer.status_code == 200


async def by_an_event(office: Office, database: Database, enrol: Enrolment) -> None:
    for graduate_id in office.book.graduates:
        office.book.change(graduate_id, sequence=2, college_code="C02")
        await enrol.keep(office.book.graduates[graduate_id])


async def by_the_release_before(office: Office, database: Database, enrol: Enrolment) -> None:
    """It writes a version, and knows nothing of lines."""
    async with database.transaction(SYSTEM) as unit:
        await unit.connection.execute(text("UPDATE registrations SET version = version + 1"))
        await unit.commit()


async def by_a_new_code(office: Office, database: Database, enrol: Enrolment) -> None:
    """A label may mean it from now on."""
    added = CodeEntry("47", "低空经济", None, date(2022, 1, 1), None, "a notice", False)
    CodeLists.use({"industry": [added]}, CodeLists.turn())


@pytest.mark.parametrize("moved", [by_an_act, by_an_event, by_the_release_before, by_a_new_code])
async def test_what_was_written_since_is_compared_once(
    office: Office, database: Database, book: Any, enrol: Enrolment, rows: list[dict[str, Any]], moved: Any
) -> None:
    await moved(office, database, enrol)
    asked = book.asked
    assert counts(await office.send(rows)) == (0, 0, 2, 0)
    assert book.asked == asked + 1
    assert counts(await office.send(rows)) == (0, 0, 2, 0)
    assert book.asked == asked + 1


async def test_an_event_that_says_again_what_stands_leaves_the_lines(
    office: Office, database: Database, book: Any, enrol: Enrolment, rows: list[dict[str, Any]]
) -> None:
    asked = book.asked

    async def said(sequence: int, *, restated: bool) -> None:
        for graduate_id, entry in book.graduates.items():
            book.change(graduate_id, sequence=sequence)
            await enrol.keep(replace(entry, sequence=sequence, event_id=uuid4(), is_restated=restated))

    for sequence in (2, 3):
        await said(sequence, restated=True)
        assert counts(await office.send(rows)) == (0, 0, 2, 0)
        assert book.asked == asked
    # the release before keeps an event and knows nothing of what it said
    async with database.transaction(SYSTEM) as unit:
        await unit.connection.execute(text("UPDATE roster_graduates SET sequence = 4"))
        await unit.commit()
    for graduate_id in book.graduates:
        book.change(graduate_id, sequence=4)
    assert counts(await office.send(rows)) == (0, 0, 2, 0)
    assert book.asked == asked + 1
    # one that comes after a gap
    await said(6, restated=True)
    assert counts(await office.send(rows)) == (0, 0, 2, 0)
    assert book.asked == asked + 2
    await said(7, restated=False)
    assert counts(await office.send(rows)) == (0, 0, 2, 0)
    assert book.asked == asked + 3
    assert counts(await office.send(rows)) == (0, 0, 2, 0)
    assert book.asked == asked + 3


async def test_a_name_that_changed_is_compared_once_its_event_has_come(
    office: Office, book: Any, enrol: Enrolment, rows: list[dict[str, Any]]
) -> None:
    graduate_id, _ = book.numbers[rows[0]["学号"]]
    book.numbers[rows[0]["学号"]] = (graduate_id, "李四")
    book.change(graduate_id, sequence=2)
    await enrol.keep(book.graduates[graduate_id])
    operation = await office.send(rows)
    assert (counts(operation), faults(operation)) == ((0, 0, 0, 1), [(2, "姓名", "name_mismatch")])


async def test_a_line_is_compared_if_the_registration_changes_before_it_is_locked(office: Office, book: Any) -> None:
    async def edit() -> None:
        book.while_asked = None
        (item,) = await office.registrations()
        path, headers = f"/v1/registrations/{item['id']}", office.headers | {"If-Match": '"1"'}
        answer = await office.http.patch(path, json={"destination_code": "46"}, headers=headers)
        assert answer.status_code == 200, answer.text

    row = office.row(毕业去向="待就业")
    await office.send([row])
    book.while_asked = edit
    assert counts(await office.send([row, office.row(毕业去向="待就业")])) == (1, 1, 0, 0)
    assert [item["destination_code"] for item in await office.registrations()] == ["70", "70"]


async def test_a_line_that_registry_was_not_asked_about_is_not_known_by_a_later_state_of_the_roster(
    office: Office, book: Any, enrol: Enrolment
) -> None:
    row = office.row(毕业去向="待就业")
    await office.send([row])
    graduate_id, _ = book.numbers[row["学号"]]

    async def rename() -> None:
        book.numbers[row["学号"]] = (graduate_id, "李四")
        book.change(graduate_id, sequence=2)
        await enrol.keep(book.graduates[graduate_id])

    book.while_asked = rename
    assert counts(await office.send([row, office.row(毕业去向="待就业")])) == (1, 0, 1, 0)
    assert faults(await office.send([row])) == [(2, "姓名", "name_mismatch")]


async def test_a_known_line_and_another_of_the_same_graduate_are_a_repetition(
    office: Office, book: Any, rows: list[dict[str, Any]]
) -> None:
    full, seeking = rows
    anew = full | {"学号": "K1"}
    book.numbers["K1"] = book.numbers[full["学号"]]
    operation = await office.send([full, full, seeking | {"毕业去向": "应征义务兵"}, seeking, anew], on_error="skip")
    repeated = [(row, "学号", "duplicate_in_file") for row in (3, 5, 6)]
    assert (counts(operation), faults(operation)) == ((0, 1, 1, 3), repeated)
