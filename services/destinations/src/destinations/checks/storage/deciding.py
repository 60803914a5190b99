"""Items of samples are decided, or given to the province; who had a hand in one decides over it no more."""

from sqlalchemy import text

from common.crypto import FieldCipher
from common.sql import Connection
from destinations.checks.domain.ledger import Finding
from destinations.checks.domain.samples import Item
from destinations.checks.storage.samples import NOTE
from destinations.registrations.tables import HANDS

_HANDS = text(
    f"""
    SELECT hand FROM registration_versions drawn
           JOIN registration_versions said
             ON said.registration_id = drawn.registration_id
            -- the hands of a requested void are those of who asks for it, not of who made the content
            AND (said.version = drawn.version
                 OR drawn.state = 'void_requested' AND said.version = drawn.effective_version),
           unnest(ARRAY[{", ".join(f"said.{each}" for each in HANDS)}]) AS hand
     WHERE (drawn.registration_id, drawn.version) = (CAST(:registration_id AS uuid), CAST(:version AS int))
       AND hand IS NOT NULL
    UNION SELECT unnest(hands) FROM ledger_entries WHERE graduate_id = :graduate_id AND cohort = :cohort
    """
)
_DECIDE = text(
    """
    INSERT INTO sample_decisions (sample_id, n, school_code, method, outcome, result, note_cipher, by_role, by_subject)
    VALUES (:sample_id, :n, :school_code, :method, :outcome, :result, :note_cipher, :by_role, :by_subject)
    """
)
_ASSIGN = text(
    """
    INSERT INTO sample_assignments (sample_id, n, school_code, by_role, by_subject)
    VALUES (:sample_id, :n, :school_code, :by_role, :by_subject)
    """
)


async def hands(connection: Connection, item: Item) -> set[str]:
    """The subjects that wrote, submitted or reviewed the content of an item, or entered the graduate in a ledger."""
    values = {name: getattr(item, name) for name in ("registration_id", "version", "graduate_id", "cohort")}
    return set(await connection.scalars(_HANDS, values))


async def decide(
    connection: Connection, cipher: FieldCipher, item: Item, finding: Finding, by: tuple[str, str]
) -> None:
    """Stores what a role and subject found about an item that was not decided; its graduate's stream is locked."""
    note = finding.note
    values = {
        "method": finding.method.value,
        "outcome": finding.outcome and finding.outcome.value,
        "result": finding.result.value,
        "note_cipher": None if note is None else cipher.encrypt(NOTE, item.id, note),
    }
    await connection.execute(_DECIDE, _at(item, by) | values)


async def assign(connection: Connection, item: Item, by: tuple[str, str]) -> None:
    """Gives an item to the province, by a role and subject."""
    await connection.execute(_ASSIGN, _at(item, by))


def _at(item: Item, by: tuple[str, str]) -> dict[str, object]:
    place = {"sample_id": item.sample_id, "n": item.n, "school_code": item.school_code}
    return {**place, "by_role": by[0], "by_subject": by[1]}
