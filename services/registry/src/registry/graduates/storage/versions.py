"""Writing versions of graduates: each supersedes the one before, which goes into the history as it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, Date, Uuid, any_, bindparam, func, insert, literal_column, select, text, update

from common.auth import Actor
from common.clock import TODAY_SQL
from common.codes import CodeLists
from common.crypto import DataCipher, FieldCipher
from common.database import NOW
from common.identifiers import Cohort, GraduateId, SchoolCode
from common.outbox import Reached, columns_of
from common.season import SeasonDay, season_day
from common.sql import Connection, Row
from registry.graduates.domain.entry import CLEAR, INDEXED, Entry, Source, StoredGraduate, changed_fields
from registry.graduates.domain.self_check import after_change
from registry.graduates.storage.judging import judged, school_compared
from registry.graduates.storage.keys import key_of_roster, keys_of
from registry.graduates.storage.roster import STAMP, stored_graduate
from registry.graduates.storage.sealing import indexes, number_indexes, sealed, sealed_reason
from registry.graduates.tables import REACHED_DAY, REACHED_SEQUENCE, SUPERSEDED_COLUMNS, graduate_versions, graduates

_RAISE_STREAMS = text(
    """
    UPDATE graduates SET reached_sequence = greatest(graduates.reached_sequence, reached.sequence),
                         reached_day = greatest(graduates.reached_day, reached.day)
      FROM unnest(CAST(:keys AS uuid[]), CAST(:sequences AS bigint[]), CAST(:days AS date[]))
           AS reached (id, sequence, day)
     WHERE graduates.id = reached.id
    """
)


@dataclass(frozen=True)
class Act:
    """What makes a version: the act, by which door and who, from which day on if not from today.

    `exclusion_ground` is why a version excludes the graduate; None of any other. `reason` is stored sealed.
    """

    action: str
    source: Source
    actor: Actor
    since: date | None = None
    exclusion_ground: str | None = None
    reason: str | None = None


async def add(
    connection: Connection,
    cipher: FieldCipher,
    graduate_id: GraduateId,
    school_code: SchoolCode,
    cohort: Cohort,
    entry: Entry,
    act: Act,
    *,
    continues: GraduateId | None = None,
) -> StoredGraduate:
    """Stores a new graduate, who counts from the start of the season; raises UniqueViolationError for a taken number.

    The first writer of a roster makes its data key.
    """
    data = await key_of_roster(connection, cipher, school_code, cohort)
    content = vars(entry)
    school_name = await school_compared(connection, school_code, [entry])
    values = {
        "id": graduate_id,
        "school_code": school_code,
        "cohort": cohort,
        **indexes(cipher, school_code, content),
        **{field: content[field] for field in CLEAR},
        "sealed": sealed(data, graduate_id, 1, content),
        "sequence": 1,
        "decided_on": season_day(SeasonDay.BEGINS, cohort),
        "continues": continues,
        **_made(act, 1, changed_fields({}, content)),
        **judged(cipher, school_code, school_name, cohort, content, 1),
    }
    stamp = (await connection.execute(_ADD, values)).one()
    return stored_graduate(values, entry, stamp)


async def save(
    connection: Connection,
    cipher: FieldCipher,
    before: StoredGraduate,
    after: Entry,
    act: Act,
    *,
    published: bool = True,
) -> StoredGraduate:
    """Stores the next version of a locked graduate, and the one before as history; raises UniqueViolationError.

    If it is published, it takes the sequence after the last event's and counts from the day of the act, or from that
    of an event before if that is later; else sequence and day stay, for nothing that counts has changed.
    """
    data = (await _sealing(connection, cipher, [before]))[0]
    school_name = await school_compared(connection, before.school_code, [after])
    values = _next(cipher, data, school_name, before, after, act)
    await supersede(connection, [before.id])
    statement, counting = (_SAVE, {"since": act.since}) if published else (_SAVE_UNPUBLISHED, {})
    stamp = (await connection.execute(statement, {**values, **counting, "of_id": before.id})).one()
    return _saved(before, values, after, stamp)


async def save_all(
    connection: Connection, cipher: FieldCipher, changes: Sequence[tuple[StoredGraduate, Entry]], act: Act
) -> list[StoredGraduate]:
    """Stores the next version of each of some locked graduates, in their order, as `save` does one that is published.

    All are of one school, and change the same fields.
    """
    keys = await _sealing(connection, cipher, [before for before, _ in changes])
    ids = [before.id for before, _ in changes]
    school_name = await school_compared(connection, changes[0][0].school_code, [after for _, after in changes])
    values = [_next(cipher, key, school_name, *change, act) for key, change in zip(keys, changes, strict=True)]
    await supersede(connection, ids)
    bound = [{**each, "since": act.since, "of_id": at} for at, each in zip(ids, values, strict=True)]
    await connection.execute_many(_SAVE_ONE_OF_MANY, bound)
    stamps = {row.id: row for row in await connection.execute(_STAMPS, {"ids": ids})}
    return [
        _saved(before, each, after, stamps[before.id]) for (before, after), each in zip(changes, values, strict=True)
    ]


async def supersede(connection: Connection, ids: Sequence[GraduateId]) -> None:
    """Puts the newest version of each of some locked graduates into the history, before the next one is written."""
    await connection.execute(_SUPERSEDE, {"ids": list(ids)})


async def raise_streams(connection: Connection, reached: Sequence[Reached]) -> None:
    """Lets the next event of each graduate follow the last one published; ids of unknown ones are never given again.

    What the versions say stays as it is.
    """
    columns = columns_of(reached)
    await connection.execute(_RAISE_STREAMS, {name: columns[name] for name in ("keys", "sequences", "days")})


async def number_is_taken(connection: Connection, cipher: FieldCipher, field: str, wanted: Mapping[str, Any]) -> bool:
    """True if another graduate of the school and cohort has the student or examinee number or citizen id wanted.

    `wanted` has `id`, `school_code` and `cohort` beside the number.
    """
    bound = {name: wanted[name] for name in ("school_code", "cohort", "id")}
    bound |= number_indexes(cipher, wanted, (field,))
    return await connection.scalar(_NUMBER_TAKEN[field], bound) is not None


async def _sealing(
    connection: Connection, cipher: FieldCipher, stored: Sequence[StoredGraduate]
) -> Sequence[DataCipher]:
    """The cipher that seals each of the graduates, who are not erased: no version follows that."""
    key_ids = [each.data_key_id for each in stored if each.data_key_id is not None]
    assert len(key_ids) == len(stored), "an erased entry has no further version"
    keys = await keys_of(connection, cipher, set(key_ids))
    return [keys[key_id] for key_id in key_ids]


def _next(
    cipher: FieldCipher, data: DataCipher, school_name: str, before: StoredGraduate, after: Entry, act: Act
) -> dict[str, Any]:
    """The columns of the roster that the version after `before` changes, but for what the database counts."""
    version, changed = before.version + 1, changed_fields(vars(before.entry), vars(after))
    content = {**before.unread, **vars(after)}
    values = {
        **indexes(cipher, before.school_code, {field: content[field] for field in changed if field in INDEXED}),
        **{field: content[field] for field in changed if field in CLEAR},
        "sealed": sealed(data, before.id, version, content),
        **_made(act, version, changed),
        **judged(cipher, before.school_code, school_name, before.cohort, content, version),
        "sealed_reason": sealed_reason(data, before.id, version, act.reason),
    }
    if "status" in changed:
        values["exclusion_ground"] = act.exclusion_ground
    if "exam_number" in changed:
        # who gives a shared number up may not take it back
        values["shared_exam_number_index"] = None
    return values


def _saved(before: StoredGraduate, values: Mapping[str, Any], after: Entry, stamp: Row) -> StoredGraduate:
    """The graduate with the version that these columns make."""
    self_check = after_change(before.self_check, values["changed_fields"])
    return stored_graduate({**vars(before), **values, "self_check": self_check}, after, stamp)


def _made(act: Act, version: int, changed: Sequence[str]) -> dict[str, Any]:
    """The columns that say how a version came about."""
    return {
        "version": version,
        "code_lists_version": CodeLists.load().version,
        "changed_fields": list(changed),
        "action": act.action,
        "source": act.source,
        "subject": act.actor.subject,
        "role": act.actor.role,
    }


_ADD = insert(graduates).returning(*STAMP)
_SUPERSEDE = insert(graduate_versions).from_select(
    ["graduate_id", *SUPERSEDED_COLUMNS],
    select(graduates.c.id, *(graduates.c[name] for name in SUPERSEDED_COLUMNS)).where(
        graduates.c.id == any_(bindparam("ids", type_=ARRAY(Uuid)))
    ),
)
_WRITE = (
    update(graduates)
    .where(graduates.c.id == bindparam("of_id"))
    # the row no longer says what a file's line said
    .values(recorded_at=NOW, operation_id=None, line_fingerprint=None)
)
_SAVE_UNPUBLISHED = _WRITE.returning(*STAMP)
_SAVE_ONE_OF_MANY = _WRITE.values(
    sequence=REACHED_SEQUENCE + 1,
    decided_on=func.greatest(func.coalesce(bindparam("since", type_=Date), literal_column(TODAY_SQL)), REACHED_DAY),
)
_SAVE = _SAVE_ONE_OF_MANY.returning(*STAMP)
_STAMPS = select(graduates.c.id, *STAMP).where(graduates.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))))
_NUMBER_TAKEN = {
    field: select(graduates.c.id)
    .where(*(graduates.c[name] == bindparam(name) for name in ("school_code", "cohort", f"{field}_index")))
    .where(graduates.c.id != bindparam("id"))
    .limit(1)
    for field in ("student_number", "exam_number", "citizen_id")
}
