"""What an import stores, compared with the pure rules and with what single writes announce, over generated data."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from importing import import_line
from sqlalchemy import text

from common.auth import SYSTEM, RowScope
from common.contracts import OutgoingEvent
from common.contracts.graduate import GraduateData
from common.crypto import FieldCipher
from common.database import Database
from common.identifiers import Cohort, SchoolCode
from common.sql import Connection
from registry.graduates.announcements import graduate_changed
from registry.graduates.domain.entry import Entry, Filters, changed_fields
from registry.graduates.domain.merging import placed
from registry.graduates.domain.population import status_after, status_of_level
from registry.graduates.storage import roster
from registry.histories import storage as histories

COHORT = Cohort(2024)
SEES_ALL = RowScope(everything=True)
CLEAR = "**CLEAR**"
TITLES = {
    "student_number": "学号",
    "name": "姓名",
    "phone": "手机号",
    "education_level_code": "学历代码",
    "sex_code": "性别代码",
}
GIVEN = st.fixed_dictionaries(
    {"student_number": st.just("1"), "name": st.sampled_from(["张三", "李四"])},
    optional={
        "phone": st.sampled_from([None, "13800138000", "13900139000"]),
        "education_level_code": st.sampled_from([None, "31", "33", "39", "41", "43"]),
        "sex_code": st.sampled_from([None, "1", "2"]),
    },
)


@pytest.mark.parametrize(
    ("before", "units", "default", "college"),
    [
        ({}, {"college_code": "C2", "major_code": "M1"}, None, "C2"),
        ({}, {"major_code": "M1"}, "C1", "C1"),
        ({"college_code": "C1"}, {}, None, "C1"),
        ({"college_code": "C1", "major_code": "M1"}, {"college_code": None}, "C1", None),
        ({"college_code": "C1", "major_code": "M1"}, {"major_code": "M1"}, "C3", "C1"),
        ({"college_code": "C1", "major_code": "M1"}, {"major_code": "M2"}, "C3", "C3"),
        ({"college_code": "C1", "major_code": "M1"}, {"major_code": "M2"}, None, None),
        ({"college_code": "C1", "major_code": "M1"}, {"major_code": None}, None, "C1"),
        ({"college_code": None, "major_code": "M1"}, {}, "C3", "C3"),
    ],
)
def test_who_goes_to_another_major_leaves_its_college(
    before: Mapping[str, str | None], units: Mapping[str, str | None], default: str | None, college: str | None
) -> None:
    assert placed(before, units, default)["college_code"] == college


def expected(before: Entry | None, given: Mapping[str, object]) -> Entry:
    """What the pure rules make of a line."""
    merged: dict[str, Any] = {**(vars(before) if before else {}), **given}
    level = merged.get("education_level_code")
    return Entry(**{**merged, "status": status_after(vars(before), level) if before else status_of_level(level).value})


@given(st.lists(GIVEN, min_size=1, max_size=4))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_an_import_stores_what_the_rules_say(
    database: Database, cipher: FieldCipher, school: SchoolCode, lines: Sequence[dict[str, object]]
) -> None:
    entry: Entry | None = None
    version, sequence, day = 0, 0, None
    async with database.transaction(SYSTEM) as unit:
        for line in lines:
            wanted = expected(entry, line)
            if entry and (entry.status == "withdrawn") != (wanted.status == "withdrawn"):
                # refused: only a population change takes a graduate into or out of N
                continue
            changed = changed_fields(vars(entry) if entry else {}, vars(wanted))
            status_before = entry.status if entry else None
            cells = {TITLES[field]: value for field, value in line.items()}
            counted = await import_line(database, cipher, unit, school, COHORT, cells)
            version += bool(changed)
            # of these fields, no event shows the phone
            sequence += bool(set(changed) - {"phone"})
            found = await roster.listed(unit.connection, cipher, SEES_ALL, Filters(school), after=None, limit=2)
            stored = found[0]
            assert stored.entry == wanted
            assert (stored.version, stored.sequence) == (version, sequence)
            assert [counted.get(name, 0) for name in ("created", "updated", "unchanged")] == [
                int(entry is None),
                int(entry is not None and bool(changed)),
                int(not changed),
            ]
            if set(changed) - {"phone"}:
                await assert_announced(unit.connection, graduate_changed(stored, status_before, changed))
            if version == 1:
                day = date(2023, 9, 1)
            elif set(changed) - {"phone", "name"}:
                day = stored.decided_on
                assert day >= date(2026, 1, 1)
            assert stored.decided_on == day
            history = await histories.page(unit.connection, cipher, stored.id, after=None, limit=9)
            assert [(each.version, each.source, each.action) for each in history] == [
                (number, "import", "import") for number in range(1, version + 1)
            ]
            entry = wanted


async def assert_announced(connection: Connection, event: OutgoingEvent) -> None:
    """The outbox row that the import wrote says what the announcement of a single write says."""
    query = text("SELECT * FROM outbox WHERE key = :key ORDER BY sequence DESC")
    row, *before = await connection.execute(query, {"key": event.key})
    assert len(before) == event.sequence - 1
    assert [row[name] for name in ("topic", "type", "sequence", "school_code", "decided_on")] == [
        event.topic,
        event.type,
        event.sequence,
        event.school_code,
        event.decided_on,
    ]
    assert row["data"].keys() == GraduateData.model_fields.keys()
    assert GraduateData.model_validate(row["data"]) == event.data
