"""The rules that run in SQL over many rows, compared with the pure functions over generated data."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from common.auth import SYSTEM, RowScope
from common.contracts import OutgoingEvent
from common.contracts.graduate import GraduateData
from common.crypto import FieldCipher
from common.database import Database
from common.identifiers import Cohort, GraduateId, SchoolCode
from common.sql import Connection
from registry.graduates.announcements import graduate_changed
from registry.graduates.domain.entry import Entry, Filters, changed_fields
from registry.graduates.domain.population import status_after, status_of_level
from registry.graduates.imports.write import merge
from registry.graduates.storage import roster
from registry.graduates.storage.sealing import opened_entry, sealed_values
from registry.graduates.tables import CONTENT_COLUMNS

COHORT = Cohort(2024)
READ_WITH = "codes-of-the-reading"
SEES_ALL = RowScope(everything=True)
LEVELS = st.sampled_from([None, "31", "33", "39", "41", "43"])
GIVEN = st.fixed_dictionaries(
    {"student_number": st.just("1"), "name": st.sampled_from(["张三", "李四"])},
    optional={
        "phone": st.sampled_from([None, "13800138000", "13900139000"]),
        "education_level_code": LEVELS,
        "sex_code": st.sampled_from([None, "1", "2"]),
    },
)


def record(
    cipher: FieldCipher, school: SchoolCode, graduate_id: GraduateId, is_new: bool, given: dict[str, object]
) -> tuple[object, ...]:
    values = sealed_values(cipher, school, graduate_id, given)
    mask = sum(1 << bit for bit, column in enumerate(CONTENT_COLUMNS) if column in values)
    return (
        2,
        graduate_id,
        None if is_new else graduate_id,
        mask,
        None,
        b"x",
        *(values.get(column) for column in CONTENT_COLUMNS),
    )


def expected(before: Entry | None, given: dict[str, object]) -> Entry:
    """What the pure rules make of a line."""
    merged: dict[str, Any] = {**(vars(before) if before else {}), **given}
    level = merged.get("education_level_code")
    return Entry(**{**merged, "status": str(status_after(before, level) if before else status_of_level(level))})


@given(st.lists(GIVEN, min_size=1, max_size=4))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_sql_and_pure_rules_agree(
    database: Database, cipher: FieldCipher, school: SchoolCode, lines: Sequence[dict[str, object]]
) -> None:
    graduate_id = GraduateId(uuid4())
    entry: Entry | None = None
    version = 0
    async with database.transaction(SYSTEM) as unit:
        for given_fields in lines:
            wanted = expected(entry, given_fields)
            changed = changed_fields(entry, wanted)
            status_before = entry.status if entry else None
            records = [record(cipher, school, graduate_id, entry is None, given_fields)]
            merged = (await merge(unit, records, school, COHORT, READ_WITH)).counts
            version += bool(changed)
            stored = (await roster.listed(unit.connection, SEES_ALL, Filters(school), after=None, limit=2))[0]
            assert opened_entry(cipher, stored) == wanted
            assert (stored.version, stored.sequence) == (version, version)
            assert stored.code_lists_version == READ_WITH
            assert (merged["created"], merged["updated"]) == (
                int(entry is None),
                int(entry is not None and bool(changed)),
            )
            if changed:
                await assert_announced(unit.connection, graduate_changed(stored, status_before, changed))
            if version == 1:
                assert stored.decided_on == date(2023, 9, 1)
            entry = wanted


async def assert_announced(connection: Connection, event: OutgoingEvent) -> None:
    """The outbox row that SQL wrote says what the pure announcement says."""
    query = text("SELECT * FROM outbox WHERE key = :key ORDER BY sequence DESC LIMIT 1")
    row = (await connection.execute(query, {"key": event.key})).one()
    assert [row[name] for name in ("topic", "type", "sequence", "school_code", "decided_on")] == [
        event.topic,
        event.type,
        event.sequence,
        event.school_code,
        event.decided_on,
    ]
    assert row["data"].keys() == GraduateData.model_fields.keys()
    assert GraduateData.model_validate(row["data"]) == event.data
