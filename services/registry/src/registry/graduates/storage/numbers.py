"""Graduates of one roster by the numbers that a file's rows name."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, and_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from common import rows
from common.crypto import FieldCipher
from common.identifiers import Cohort, SchoolCode
from common.sql import Connection
from registry.graduates.domain.resolving import NamedRow, People, PeopleNamed, RosterPerson
from registry.graduates.storage.erased_numbers import HASHED, erased_among
from registry.graduates.storage.sealing import name_indexes, number_indexes
from registry.graduates.tables import REACHED_SEQUENCE, graduates

_PERSON = tuple(
    REACHED_SEQUENCE.label("sequence") if field.name == "sequence" else graduates.c[field.name]
    for field in fields(RosterPerson)
)


def select_by_keys(
    columns: tuple[ColumnElement[Any], ...],
    key: Column[Any],
    school_code: SchoolCode,
    cohort: Cohort,
    wanted: Collection[object],
    *,
    lock: bool = False,
) -> tuple[Select[Any], dict[str, object]]:
    """Selects the graduates of a roster whose key is one of many: `connection.execute(*select_by_keys(…))`.

    With `lock` they are locked in the order of their ids.
    """
    values = {"school_code": school_code, "cohort": cohort, "wanted": list(dict.fromkeys(wanted))}
    return _by_keys(columns, key, lock=lock), values


@lru_cache
def _by_keys(columns: tuple[ColumnElement[Any], ...], key: Column[Any], *, lock: bool) -> Select[Any]:
    """A join, because a prepared `= ANY(…)` is planned without its values from the sixth time on.

    Then it reads the whole roster for each key: measured 30 s instead of 0.1 s for 5,000 keys among 25,000 graduates.
    """
    wanted = bindparam("wanted", type_=ARRAY(key.type))
    keys = func.unnest(wanted).table_valued("key").render_derived(name="wanted")
    same_roster = and_(*(graduates.c[name] == bindparam(name) for name in ("school_code", "cohort")))
    query = select(*columns).join_from(keys, graduates, and_(same_roster, key == keys.c.key))
    return query.order_by(graduates.c.id).with_for_update(of=graduates) if lock else query


def named_row(
    cipher: FieldCipher, school_code: SchoolCode, row: int, said: Mapping[str, str | None], name: str | None
) -> NamedRow:
    """How a row names a person of the school, by what it says of numbers, as stored, and a name as written."""
    given = {field: number for field in HASHED if (number := said.get(field))}
    indexes = {"student_number_index": None, "exam_number_index": None, **number_indexes(cipher, given, HASHED)}
    names = name_indexes(cipher, school_code, name or "")
    return NamedRow(row, **indexes, name_indexes=names, numbers=tuple(given.items()), nameless=name is None)


async def people_named(
    connection: Connection, cipher: FieldCipher, school_code: SchoolCode, cohort: Cohort, named: Sequence[NamedRow]
) -> PeopleNamed:
    """The graduates of a roster that rows of a file name, by their numbers."""
    # lists of people, because two graduates may have one examinee number
    by_number: list[People] = []
    for name in ("student_number_index", "exam_number_index", "citizen_id_index"):
        people: dict[bytes, list[RosterPerson]] = {}
        by_number.append(people)
        wanted = {number for row in named if (number := getattr(row, name))}
        if not wanted:
            continue
        query = select_by_keys(_PERSON, graduates.c[name], school_code, cohort, wanted)
        for person in rows.all(RosterPerson, await connection.execute(*query)):
            people.setdefault(getattr(person, name), []).append(person)
    found = PeopleNamed(by_number[0], by_number[1], by_number[2])
    unknown = (number for row in named if not found.meant_by(row) for number in row.numbers)
    return replace(found, erased=await erased_among(connection, cipher, school_code, cohort, unknown))
