"""One employer: read, locked, changed, merged."""

import json
from collections.abc import Collection
from datetime import date

from sqlalchemy import ARRAY, Uuid, bindparam, text

from common import rows
from common.auth import Actor
from common.codes import normalise
from common.crypto import FieldCipher
from common.errors import NotFound
from common.sql import Connection, Row, Rows
from destinations.employers.domain import FIELDS, Employer, EmployerId, FormerName, Sight, bigrams

COLUMNS = ", ".join(("id", "version", "school_code", *FIELDS, "register_fields", "merged_into"))
VISIBLE = "(school_code IS NULL OR school_code = :school_code OR :everything)"

MERGED_FOR = "employer_merge.reason"
"""What is sealed of a merge."""
_IDS = bindparam("ids", type_=ARRAY(Uuid))
_GET = text(f"SELECT {COLUMNS} FROM employers WHERE id = ANY(:ids) AND {VISIBLE} ORDER BY id").bindparams(_IDS)
_LOCK = text(f"SELECT {COLUMNS} FROM employers WHERE id = ANY(:ids) ORDER BY id FOR UPDATE").bindparams(_IDS)
_OF_USCC = text("SELECT id FROM employers WHERE uscc = :uscc AND merged_into IS NULL")
_OF_USCCS = text(f"SELECT {COLUMNS} FROM employers WHERE uscc = ANY(:usccs) AND merged_into IS NULL ORDER BY id")
_LOCK_OF_USCCS = text(f"{_OF_USCCS.text} FOR UPDATE")
_NAMED_ELSEWHERE = text(
    "SELECT EXISTS (SELECT FROM employer_namings WHERE employer_id = :id AND school_code <> :school_code)"
).bindparams(bindparam("id", type_=Uuid))
_CHANGE = text(
    f"""
    UPDATE employers
       SET version = version + 1, school_code = :school_code, name = :name, normalised_name = :normalised_name,
           bigrams = :bigrams, former_names = :former_names, former_normalised = :former_normalised, uscc = :uscc,
           nature_code = :nature_code, industry_code = :industry_code, place_code = :place_code,
           register_state = :register_state, insured_persons = :insured_persons, established_on = :established_on,
           register_fields = :register_fields
     WHERE id = :id
    RETURNING {COLUMNS}
    """
)
_MERGE = text(f"UPDATE employers SET version = version + 1, merged_into = :into WHERE id = :id RETURNING {COLUMNS}")
_MOVE = text("UPDATE employer_namings SET employer_id = :into WHERE employer_id = :id")
_NOTE = text(
    """
    INSERT INTO employer_merges (employer_id, into_id, school_code, reason_cipher, by_role, by_subject)
    VALUES (:id, :into, :school_code, :reason, :by_role, :by_subject)
    """
)


def to_employer(row: Row) -> Employer:
    """The employer of a row with the COLUMNS."""
    make = rows.maker(Employer, tuple(row.keys()), former_names=_former_names, register_fields=_register_fields)
    return make(row)


def _former_names(row: Row) -> tuple[FormerName, ...]:
    return tuple(
        FormerName(each["name"], each["until"] and date.fromisoformat(each["until"])) for each in row["former_names"]
    )


def _register_fields(row: Row) -> frozenset[str]:
    return frozenset(row["register_fields"])


async def get(connection: Connection, sight: Sight, *ids: EmployerId) -> list[Employer]:
    """Employers that the caller sees, in the order that is given; raises NotFound if one is lacking."""
    return _named(await connection.execute(_GET, {"ids": list(ids), **vars(sight)}), ids)


async def lock(connection: Connection, *ids: EmployerId) -> list[Employer]:
    """Those employers in the order that is given, locked in the order of their ids; raises NotFound."""
    return _named(await connection.execute(_LOCK, {"ids": list(ids)}), ids)


async def is_named_elsewhere(connection: Connection, employer_id: EmployerId, school_code: str) -> bool:
    """Whether registrations of another school name the employer."""
    named: bool = await connection.scalar(_NAMED_ELSEWHERE, {"id": employer_id, "school_code": school_code})
    return named


async def of_uscc(connection: Connection, uscc: str) -> EmployerId | None:
    """The employer that has this USCC."""
    found = await connection.scalar(_OF_USCC, {"uscc": uscc})
    return None if found is None else EmployerId(found)


async def of_usccs(connection: Connection, usccs: Collection[str], *, lock: bool) -> dict[str, Employer]:
    """The employers that have these USCCs, by them; locked in the order of their ids if asked for."""
    statement = _LOCK_OF_USCCS if lock else _OF_USCCS
    found = await connection.execute(statement, {"usccs": list(usccs)})
    return {row.uscc: to_employer(row) for row in found}


async def change(connection: Connection, employer: Employer) -> Employer:
    """Stores what a locked employer is to be as its next version; raises UniqueViolationError."""
    former = employer.former_names
    values = {
        **{name: getattr(employer, name) for name in FIELDS},
        "id": employer.id,
        "school_code": employer.school_code,
        "register_fields": sorted(employer.register_fields),
        "normalised_name": normalise(employer.name),
        "bigrams": list(bigrams(employer.name)),
        "former_names": json.dumps([{"name": each.name, "until": each.until and f"{each.until}"} for each in former]),
        "former_normalised": [normalise(each.name) for each in former],
    }
    return to_employer((await connection.execute(_CHANGE, values)).one())


async def merge(
    connection: Connection, cipher: FieldCipher, employer: Employer, into: EmployerId, reason: str, actor: Actor
) -> Employer:
    """Merges one of two locked employers into the other: what named it names that one."""
    named = {"id": employer.id, "into": into}
    await connection.execute(_MOVE, named)
    sealed = cipher.encrypt(MERGED_FOR, employer.id, reason)
    by = {"by_role": actor.role, "by_subject": actor.subject}
    await connection.execute(_NOTE, {**named, **by, "school_code": employer.school_code, "reason": sealed})
    return to_employer((await connection.execute(_MERGE, named)).one())


def _named(result: Rows, ids: tuple[EmployerId, ...]) -> list[Employer]:
    found = {row.id: to_employer(row) for row in result}
    if found.keys() != set(ids):
        raise NotFound
    return [found[each] for each in ids]
