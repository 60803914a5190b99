"""Whom employers hire: graduates whose effective registrations name them, and who is asked for there."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, Integer, Uuid, bindparam, text

from common.crypto import FieldCipher
from common.identifiers import GraduateId
from common.sql import Connection
from destinations.employers.domain import EmployerId
from destinations.registrations.storage import opened

_EFFECTIVE = """
      FROM registrations current
      JOIN registration_versions said
        ON said.registration_id = current.id AND said.version = current.effective_version
      JOIN employer_namings naming
        ON naming.school_code = current.school_code AND naming.employer_name = said.employer_name
       AND naming.employer_uscc = coalesce(said.employer_uscc, '')
     WHERE current.school_code = :school_code AND current.cohort = ANY(:cohorts) AND current.stage <> 'voided'
"""
_COHORTS = bindparam("cohorts", type_=ARRAY(Integer))
_HIRES = text(
    f"""
    WITH counted AS (
        SELECT naming.employer_id, current.cohort, count(*) AS graduates {_EFFECTIVE}
           AND (CAST(:after AS uuid) IS NULL OR naming.employer_id > :after)
         GROUP BY naming.employer_id, current.cohort
    )
    SELECT employer.id, employer.uscc, employer.name, employer.nature_code, employer.industry_code,
           employer.place_code, jsonb_object_agg(counted.cohort, counted.graduates) AS hires
      FROM counted JOIN employers employer ON employer.id = counted.employer_id
     GROUP BY employer.id ORDER BY employer.id LIMIT :limit
    """
).bindparams(_COHORTS, bindparam("after", type_=Uuid), bindparam("limit", type_=Integer))
_CONTACTS = text(
    f"""
    SELECT DISTINCT naming.employer_id, current.graduate_id, said.contact_name, said.contact_phone,
           CAST(NULL AS bytea) AS pay_amount, CAST(NULL AS bytea) AS pay_unit {_EFFECTIVE}
       AND naming.employer_id = ANY(:ids) AND (said.contact_name IS NOT NULL OR said.contact_phone IS NOT NULL)
    """
).bindparams(_COHORTS, bindparam("ids", type_=ARRAY(Uuid)))


@dataclass(frozen=True, kw_only=True)
class Hires:
    """An employer with the graduates of each cohort that it hired, and its contacts in clear."""

    employer_id: EmployerId
    uscc: str | None
    name: str
    nature_code: str | None
    industry_code: str | None
    place_code: str | None
    hires: Mapping[str, int]
    contacts: Sequence[Mapping[str, str | None]]


async def hires(
    connection: Connection,
    cipher: FieldCipher,
    school_code: str,
    cohorts: Collection[int],
    after: EmployerId | None,
    limit: int,
) -> list[Hires]:
    """The employers that effective registrations of a school's cohorts name, in the order of their ids."""
    asked = {"school_code": school_code, "cohorts": list(cohorts)}
    found = await connection.execute(_HIRES, {**asked, "after": after, "limit": limit})
    contacts: dict[Any, set[tuple[str | None, str | None]]] = {row.id: set() for row in found}
    for row in await connection.execute(_CONTACTS, {**asked, "ids": list(contacts)}):
        said = opened(cipher, GraduateId(row.graduate_id), row)
        contacts[row.employer_id].add((said["contact_name"], said["contact_phone"]))
    return [
        Hires(
            employer_id=EmployerId(row.id),
            contacts=[
                {"name": name, "phone": phone}
                for name, phone in sorted(contacts[row.id], key=lambda each: (each[0] or "", each[1] or ""))
            ],
            **{name: row[name] for name in ("uscc", "name", "nature_code", "industry_code", "place_code", "hires")},
        )
        for row in found
    ]
