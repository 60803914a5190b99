"""What an act does to a locked case, and what is known of the registrations that it links."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ARRAY, Uuid, bindparam, text

from common.auth import Actor
from common.crypto import FieldCipher
from common.identifiers import CollegeCode, GraduateId, RegistrationId, SchoolCode
from common.sql import Connection
from destinations.cases.domain import Case, CaseId
from destinations.cases.storage.opening import sealed_note
from destinations.registrations.domain.content import FIELDS
from destinations.registrations.tables import HANDS

_LOCK = text("SELECT 1 FROM cases WHERE id = :id FOR NO KEY UPDATE")
_WRITE = text(
    """
    WITH written AS (
        UPDATE cases SET state = :state, handler = :handler, finding = CAST(:finding AS text),
               college_code = CAST(:college_code AS text), version = version + 1
         WHERE id = :id RETURNING id, version, school_code, state, handler, finding
    )
    INSERT INTO case_events
           (case_id, version, school_code, act, state, handler, finding, note_cipher, by_role, by_subject)
    SELECT id, version, school_code, :act, state, handler, finding, CAST(:note AS bytea), :by_role, :by_subject
      FROM written
    """
)
_UNLINK = text(
    "DELETE FROM case_registrations WHERE case_id = :id AND registration_id <> ALL(:registrations)"
).bindparams(bindparam("registrations", type_=ARRAY(Uuid)))
_LINK = text(
    """
    INSERT INTO case_registrations (case_id, registration_id, graduate_id, school_code, version)
    SELECT :id, record.id, record.graduate_id, record.school_code, record.version
      FROM registrations record WHERE record.id = ANY(:registrations)
    ON CONFLICT (case_id, registration_id) DO NOTHING
    """
).bindparams(bindparam("registrations", type_=ARRAY(Uuid)), bindparam("id", type_=Uuid))
_NAMED = text(
    """
    SELECT record.id, record.graduate_id, person.college_code, record.cohort
      FROM registrations record LEFT JOIN roster_graduates person USING (graduate_id)
     WHERE record.id = ANY(:registrations) AND record.school_code = :school_code
    """
).bindparams(bindparam("registrations", type_=ARRAY(Uuid)))
_HANDS = text(
    f"""
    SELECT DISTINCT hand FROM case_registrations link
      JOIN registrations record ON record.id = link.registration_id
      JOIN registration_versions said ON said.registration_id = record.id
       AND (said.version >= link.version OR said.version = record.effective_version)
     CROSS JOIN LATERAL unnest(ARRAY[{", ".join(f"said.{each}" for each in HANDS)}]) AS hand
     WHERE link.case_id = :id AND hand IS NOT NULL
    """
)


def _says(table: str) -> str:
    return f"ROW({', '.join(f'{table}.{each}' for each in FIELDS)})"


# an erased person has nothing left to be corrected
_UNCORRECTED = text(
    f"""
    SELECT EXISTS (
        SELECT FROM case_registrations link
          JOIN registrations record ON record.id = link.registration_id
          JOIN roster_graduates person ON person.graduate_id = record.graduate_id AND NOT person.erased
          JOIN registration_versions doubted
            ON (doubted.registration_id, doubted.version) = (link.registration_id, link.version)
          LEFT JOIN registration_versions effective
            ON (effective.registration_id, effective.version) = (record.id, record.effective_version)
         WHERE link.case_id = :id AND record.stage <> 'voided'
           AND ({_says("record")} IS NOT DISTINCT FROM {_says("doubted")}
                OR effective.version IS NOT NULL AND {_says("effective")} IS NOT DISTINCT FROM {_says("doubted")})
    )
    """
)


async def lock(connection: Connection, case_id: CaseId) -> None:
    """Makes other acts on the case wait until the transaction ends."""
    await connection.execute(_LOCK, {"id": case_id})


async def write(
    connection: Connection, cipher: FieldCipher, case: Case, act: str, actor: Actor, note: str | None = None
) -> None:
    """Stores a locked case as an act leaves it, with the history; the next version is the database's."""
    values = {
        "id": case.id,
        "state": case.state.value,
        "handler": case.handler.value,
        "finding": case.finding and case.finding.value,
        "college_code": case.college_code,
        "act": act,
        "note": None if note is None else sealed_note(cipher, case.id, note),
        "by_role": actor.role,
        "by_subject": actor.subject,
    }
    await connection.execute(_WRITE, values)


async def link(connection: Connection, case_id: CaseId, registration_ids: Sequence[RegistrationId]) -> None:
    """Lets a locked case link these registrations and no others; those that it links keep their doubted version."""
    values = {"id": case_id, "registrations": list(registration_ids)}
    await connection.execute(_UNLINK, values)
    await connection.execute(_LINK, values)


async def named(
    connection: Connection, school_code: SchoolCode, registration_ids: Sequence[RegistrationId]
) -> Mapping[RegistrationId, tuple[GraduateId, CollegeCode | None]]:
    """The graduates of those registrations that are of the school, each with the college of now."""
    values = {"registrations": list(registration_ids), "school_code": school_code}
    return {row.id: (row.graduate_id, row.college_code) for row in await connection.execute(_NAMED, values)}


async def hands_of(connection: Connection, case_id: CaseId) -> frozenset[str]:
    """The subjects that wrote, submitted or reviewed what the case doubts, or what stands in its place."""
    return frozenset(await connection.scalars(_HANDS, {"id": case_id}))


async def is_uncorrected(connection: Connection, case_id: CaseId) -> bool:
    """Whether a linked registration still says what is doubted, as its newest or as its effective content."""
    found: bool = await connection.scalar(_UNCORRECTED, {"id": case_id})
    return found
