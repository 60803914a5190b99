"""Signals about employers over committed rows, and the blind indexes of contacts' phones that one of them needs."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import TextClause, text

from common.crypto import FieldCipher
from common.identifiers import GraduateId
from common.sql import Connection, array, array_sql
from destinations.cases.domain import Rule
from destinations.cases.storage.sweeping import THRESHOLD, sweeping
from destinations.registrations.storage import opened

# a cohort without a season has no signals
_EFFECTIVE = """
      FROM registrations record
      JOIN seasons season ON (season.school_code, season.cohort) = (record.school_code, record.cohort)
      JOIN registration_versions said ON (said.registration_id, said.version) = (record.id, record.effective_version)
"""
_NAMING = """
      JOIN employer_namings naming
        ON naming.school_code = record.school_code AND naming.employer_name = said.employer_name
       AND naming.employer_uscc = coalesce(said.employer_uscc, '')
"""
_MANY = f"""
    SELECT school_code, cohort, CAST(NULL AS text) AS college_code,
           'employer:' || employer_id || '/' || cohort AS subject,
           jsonb_build_object('employer_id', employer_id, 'threshold', threshold,
                              -- one more opens no new case
                              'at_least', graduates / threshold * threshold) AS facts, registrations
      FROM (SELECT record.school_code, record.cohort, naming.employer_id, {THRESHOLD} AS threshold,
                   count(*) AS graduates, array_agg(record.id) AS registrations {_EFFECTIVE} {_NAMING}
             WHERE record.stage <> 'voided'
             GROUP BY record.school_code, record.cohort, naming.employer_id) AS hired
     WHERE graduates >= threshold
"""
_ONE_CONTACT = f"""
    SELECT school_code, CAST(NULL AS int) AS cohort, CAST(NULL AS text) AS college_code,
           'contact:' || encode(phone_index, 'hex') AS subject,
           jsonb_build_object('threshold', threshold, 'employers', employers) AS facts, registrations
      FROM (SELECT record.school_code, contact.phone_index, {THRESHOLD} AS threshold,
                   jsonb_agg(DISTINCT naming.employer_id ORDER BY naming.employer_id) AS employers,
                   array_agg(record.id) AS registrations {_EFFECTIVE} {_NAMING}
              JOIN contact_indexes contact
                ON (contact.registration_id, contact.version) = (record.id, record.effective_version)
             WHERE record.stage <> 'voided'
             GROUP BY record.school_code, contact.phone_index) AS reached
     WHERE jsonb_array_length(employers) >= threshold
"""
_ESTABLISHING, _DISSOLVING = "established:", "dissolved:"
# as the business register says: an employer that is not there yet signs nothing
_ESTABLISHED = f"""
    SELECT record.school_code, record.cohort, CAST(NULL AS text) AS college_code,
           '{_ESTABLISHING}' || record.id AS subject,
           jsonb_build_object('contradiction', 'established_after', 'employer_id', employer.id,
                              'established_on', employer.established_on, 'signed_on', said.signed_on) AS facts,
           ARRAY[record.id] AS registrations {_EFFECTIVE} {_NAMING}
      JOIN employers employer ON employer.id = naming.employer_id
     WHERE record.stage <> 'voided' AND 'established_on' = ANY(employer.register_fields)
       AND employer.established_on > said.signed_on
"""
# the register gives no day: whether the employer was there when its graduates signed, the school must find
_DISSOLVED = f"""
    SELECT record.school_code, record.cohort, CAST(NULL AS text) AS college_code,
           '{_DISSOLVING}' || employer.id || '/' || record.cohort AS subject,
           jsonb_build_object('contradiction', 'employer_dissolved', 'employer_id', employer.id,
                              'register_state', employer.register_state) AS facts,
           array_agg(record.id) AS registrations {_EFFECTIVE} {_NAMING}
      JOIN employers employer ON employer.id = naming.employer_id
     WHERE record.stage <> 'voided' AND 'register_state' = ANY(employer.register_fields)
       AND employer.register_state ~ '^已?(注销|吊销)'
     GROUP BY record.school_code, record.cohort, employer.id
"""
STATEMENTS: Mapping[Rule, TextClause] = MappingProxyType(
    {
        Rule.MANY_IN_ONE_EMPLOYER: sweeping(_MANY),
        Rule.ONE_CONTACT: sweeping(_ONE_CONTACT),
        Rule.OUTSIDE_DATA: sweeping(f"{_ESTABLISHED} UNION ALL {_DISSOLVED}", _ESTABLISHING, _DISSOLVING),
    }
)
"""The rules of this area."""

# a ciphertext is bound to its graduate: of two graduates' phones none tells whether they are equal
_UNINDEXED = text(
    f"""
    SELECT record.id, record.graduate_id, record.school_code, record.effective_version AS version,
           said.contact_phone, CAST(NULL AS bytea) AS contact_name, CAST(NULL AS bytea) AS pay_amount,
           CAST(NULL AS bytea) AS pay_unit {_EFFECTIVE}
     WHERE record.stage <> 'voided' AND said.contact_phone IS NOT NULL
       AND NOT EXISTS (SELECT FROM contact_indexes known
                        WHERE (known.registration_id, known.version) = (record.id, record.effective_version))
     ORDER BY record.id LIMIT :part
    """
)
_FIELD = "registration.contact_phone"
_INDEX = text(
    f"""
    INSERT INTO contact_indexes AS known (registration_id, version, graduate_id, school_code, phone_index)
    SELECT * FROM unnest({array_sql("ids", "uuid")}, {array_sql("versions", "int")}, {array_sql("graduates", "uuid")},
                         {array_sql("schools", "text")}, {array_sql("indexes", "bytea")})
     ORDER BY 1
    ON CONFLICT (registration_id) DO UPDATE SET version = EXCLUDED.version, phone_index = EXCLUDED.phone_index
     WHERE known.version < EXCLUDED.version
    """
)
_FORGET = text(
    """
    DELETE FROM contact_indexes known USING roster_graduates person
     WHERE person.graduate_id = known.graduate_id AND person.erased
    """
)


class Indexed(NamedTuple):
    """The blind index of the phone that an effective version names."""

    registration_id: UUID
    version: int
    graduate_id: UUID
    school_code: str
    phone_index: bytes


async def unindexed(connection: Connection, cipher: FieldCipher, part: int) -> list[Indexed]:
    """Contacts' phones that have no index yet, so many at most; without its digits a phone is none."""
    found = await connection.execute(_UNINDEXED, {"part": part})
    phones = [str(opened(cipher, GraduateId(row.graduate_id), row)["contact_phone"]) for row in found]
    digits = ["".join(each for each in phone if each.isdecimal()) or phone for phone in phones]
    return [
        Indexed(row.id, row.version, row.graduate_id, row.school_code, cipher.blind_index(_FIELD, phone))
        for row, phone in zip(found, digits, strict=True)
    ]


async def index(connection: Connection, indexed: Sequence[Indexed]) -> None:
    """Stores indexes; that of a newer version stays."""
    values = {
        "ids": array(each.registration_id for each in indexed),
        "versions": array(each.version for each in indexed),
        "graduates": array(each.graduate_id for each in indexed),
        "schools": array(each.school_code for each in indexed),
        "indexes": array(f"\\x{each.phone_index.hex()}" for each in indexed),
    }
    await connection.execute(_INDEX, values)


async def forget(connection: Connection) -> None:
    """Deletes the indexes of graduates who are erased."""
    await connection.execute(_FORGET)
