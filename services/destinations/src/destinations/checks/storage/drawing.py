"""Samples are drawn: the frame as it stands, the number of the draw, the items."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Select, Text, any_, bindparam, select, text

from common import rows
from common.identifiers import Cohort, CollegeCode, SchoolCode
from common.sql import Connection
from destinations.checks.domain.samples import Drawn, Framed, SampleId, SamplePlan, Stored
from destinations.registrations.tables import registrations
from destinations.roster.storage import STATED
from destinations.roster.tables import graduates

_graduates, _current = graduates.c, registrations.c
_FRAME = (
    select(
        _graduates.graduate_id,
        _current.version,
        _current.id.label("registration_id"),
        _graduates.college_code,
        _current.destination_code,
    )
    .outerjoin(registrations, (_current.graduate_id == _graduates.graduate_id) & (_current.stage != "voided"))
    .where(
        _graduates.school_code == bindparam("school_code"),
        _graduates.cohort == bindparam("cohort"),
        STATED["counted"],
        ~_graduates.erased,
    )
)
_FILTERED: Mapping[str, ColumnElement[bool]] = {
    "college_code": _graduates.college_code == bindparam("college_code"),
    "major_code": _graduates.major_code == bindparam("major_code"),
    "class_code": _graduates.class_code == bindparam("class_code"),
    "destination_codes": _current.destination_code == any_(bindparam("destination_codes", type_=ARRAY(Text))),
}
_COLLEGES = (
    select(_graduates.college_code)
    .distinct()
    .where(
        _graduates.school_code == bindparam("school_code"),
        _graduates.cohort == bindparam("cohort"),
        _graduates.college_code.is_not(None),
        STATED["counted"],
    )
)
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('samples of ' || :cohort_of_school, 0))")
_ADD = text(
    """
    INSERT INTO samples (school_code, cohort, draw, filter, size, strata, checked_by, frame, strata_of_frame,
                         frame_hash, frame_size, seed, populations, by_role, by_subject)
    SELECT CAST(:school_code AS text), CAST(:cohort AS int),
           (SELECT coalesce(max(draw), 0) + 1 FROM samples
             WHERE school_code = CAST(:school_code AS text) AND cohort = CAST(:cohort AS int)),
           CAST(:filter AS jsonb), :size, :strata, :checked_by, :frame, :strata_of_frame, :frame_hash, :frame_size,
           :seed, CAST(:populations AS jsonb), :by_role, :by_subject
    RETURNING id
    """
)
_ADD_ITEMS = text(
    """
    INSERT INTO sample_items (sample_id, school_code, n, graduate_id, registration_id, version, stratum, college_code,
                              held_by_college)
    SELECT CAST(:sample_id AS uuid), CAST(:school_code AS text), item.*
      FROM unnest(CAST(:n AS int[]), CAST(:graduate_id AS uuid[]), CAST(:registration_id AS uuid[]),
                  CAST(:version AS int[]), CAST(:stratum AS text[]), CAST(:college_code AS text[]),
                  CAST(:held_by_college AS text[])) AS item
    """
)
_IDS = text("SELECT id FROM samples ORDER BY id")
_STORED = text(
    """
    SELECT frame, strata_of_frame, frame_hash, seed, size,
           ARRAY(SELECT CAST(graduate_id AS text) FROM sample_items WHERE sample_id = samples.id ORDER BY n) AS items
      FROM samples WHERE id = :id
    """
)
_FRAME_OF = text("SELECT frame, strata_of_frame FROM samples WHERE id = :id")


async def framed(connection: Connection, plan: SamplePlan) -> list[Framed]:
    """The graduates whom the filter means now, with the newest versions of what is registered of them."""
    given = plan.filter.given
    values = {**given, "school_code": plan.school_code, "cohort": plan.cohort}
    found = await connection.execute(_frame(tuple(given)), values)
    return [Framed(each[0], each[1] or 0, each[2], each[3], each[4]) for each in found]


async def colleges(connection: Connection, school_code: SchoolCode, cohort: Cohort) -> list[CollegeCode]:
    """The colleges of the graduates of a cohort."""
    return await connection.scalars(_COLLEGES, {"school_code": school_code, "cohort": cohort})


async def lock_draws(connection: Connection, school_code: SchoolCode, cohort: Cohort) -> None:
    """Makes draws of one school's cohort wait for each other, so that their numbers have no gap."""
    await connection.execute(_LOCK, {"cohort_of_school": f"{school_code} {cohort}"})


async def add(
    connection: Connection,
    plan: SamplePlan,
    drawn: Drawn,
    seed: str,
    held: Mapping[CollegeCode | None, CollegeCode],
    by: tuple[str, str],
) -> SampleId:
    """Stores a sample with its items; `held` says which college decides items of which, `by` are role and subject."""
    values = {
        "school_code": plan.school_code,
        "cohort": plan.cohort,
        "filter": json.dumps(dict(plan.filter.given)),
        "size": plan.size,
        "strata": plan.strata and plan.strata.value,
        "checked_by": plan.checked_by.value,
        "frame": drawn.frame,
        "strata_of_frame": drawn.strata_of_frame,
        "frame_hash": drawn.frame_hash,
        "frame_size": sum(drawn.populations.values()),
        "seed": seed,
        "populations": json.dumps(dict(drawn.populations)),
        "by_role": by[0],
        "by_subject": by[1],
    }
    sample_id = SampleId(await connection.scalar(_ADD, values))
    items = {
        "n": list(range(1, len(drawn.items) + 1)),
        "graduate_id": [each.graduate_id for _, each in drawn.items],
        "registration_id": [each.registration_id for _, each in drawn.items],
        "version": [each.version for _, each in drawn.items],
        "stratum": [key for key, _ in drawn.items],
        "college_code": [each.college_code for _, each in drawn.items],
        "held_by_college": [held.get(each.college_code) for _, each in drawn.items],
    }
    await connection.execute(_ADD_ITEMS, {"sample_id": sample_id, "school_code": plan.school_code, **items})
    return sample_id


async def sample_ids(connection: Connection) -> list[SampleId]:
    """All samples."""
    return [SampleId(each) for each in await connection.scalars(_IDS)]


async def stored(connection: Connection, sample_id: SampleId) -> Stored:
    """A sample with all that it was drawn from."""
    return rows.one(Stored, await connection.execute(_STORED, {"id": sample_id}))


async def frame_of(connection: Connection, sample_id: SampleId) -> tuple[str, str]:
    """The text of the frame, and the strata of its lines."""
    row = (await connection.execute(_FRAME_OF, {"id": sample_id})).one()
    return row.frame, row.strata_of_frame


@lru_cache
def _frame(given: tuple[str, ...]) -> Select[Any]:
    return _FRAME.where(*(_FILTERED[name] for name in given))
