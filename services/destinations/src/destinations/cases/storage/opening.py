"""Cases that are opened, many by one statement, and signals that are cleared again."""

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import ARRAY, Text, bindparam, text

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import new_id
from common.sql import Connection
from destinations.cases.domain import CaseId, Opening, State
from destinations.cases.tables import IS_STANDING

_NOTE = "note of a case"
_SAME = "(old.school_code, old.rule, old.subject) = (given.school_code, given.rule, given.subject)"

# braces that stay are filled below; `given` is what each source says of the columns of `Opening`
OPEN = f"""
    , renewed AS (
        UPDATE cases old SET facts = given.facts, version = old.version + 1
          FROM given WHERE {_SAME} AND old.{IS_STANDING} AND old.facts <> given.facts
        RETURNING old.id, old.version, old.state, old.handler, old.school_code, given.registrations, false AS is_new,
                  given.made_by, given.made_by_role
    ), made AS (
        INSERT INTO cases (id, school_code, cohort, college_code, kind, rule, subject, facts, accused, handler, state,
                           made_by, made_by_role)
        SELECT coalesce(given.id, uuidv7()), school_code, coalesce(cohort, linked_cohort),
               coalesce(college_code, linked_college), kind, rule, subject, facts, accused, handler, '{State.OPEN}',
               made_by, made_by_role
          FROM given LEFT JOIN LATERAL (
              SELECT CASE WHEN count(DISTINCT person.college_code) = 1 THEN min(person.college_code) END
                     AS linked_college,
                     CASE WHEN count(DISTINCT record.cohort) = 1 THEN min(record.cohort) END AS linked_cohort
                FROM registrations record JOIN roster_graduates person USING (graduate_id)
               WHERE record.id = ANY(given.registrations)
          ) AS linked ON true
         -- what was looked at stays so; other facts make a new case
         WHERE NOT EXISTS (SELECT FROM cases old WHERE {_SAME} AND old.facts = given.facts
                                                   AND old.state IN ('{State.FOUND}', '{State.CLOSED}'))
        ON CONFLICT (school_code, rule, subject) WHERE {IS_STANDING} DO NOTHING
        RETURNING id, version, state, handler, school_code, rule, subject, made_by, made_by_role
    ), written AS (
        SELECT made.id, made.version, made.state, made.handler, made.school_code, given.registrations, true AS is_new,
               given.note_cipher, made.made_by, made.made_by_role
          FROM made JOIN given ON given.id = made.id
                         OR (given.school_code, given.rule, given.subject) = (made.school_code, made.rule, made.subject)
        UNION ALL
        SELECT id, version, state, handler, school_code, registrations, is_new, NULL, made_by, made_by_role FROM renewed
    ), linked AS (
        INSERT INTO case_registrations AS old (case_id, registration_id, graduate_id, school_code, version)
        SELECT written.id, record.id, record.graduate_id, record.school_code, record.version
          FROM written JOIN registrations record ON record.id = ANY(written.registrations)
        ON CONFLICT (case_id, registration_id) DO UPDATE SET version = EXCLUDED.version
    ), history AS (
        INSERT INTO case_events (case_id, version, school_code, act, state, handler, note_cipher, by_role, by_subject)
        SELECT id, version, school_code, CASE WHEN is_new THEN 'open' ELSE 'renew' END, state, handler, note_cipher,
               made_by_role, made_by
          FROM written
    )
"""
_GIVEN = """
    WITH given AS MATERIALIZED (
        SELECT id, school_code, cohort, college_code, kind, rule, subject, facts, accused, handler,
               coalesce(registrations, '{}') AS registrations, decode(note, 'hex') AS note_cipher, made_by, made_by_role
          FROM jsonb_to_recordset(CAST(:given AS jsonb)) AS each (
              id uuid, school_code text, cohort int, college_code text, kind text, rule text, subject text, facts jsonb,
              accused text, handler text, registrations uuid[], note text, made_by text, made_by_role text
          )
         ORDER BY school_code, rule, subject
    )
"""
_OPEN_GIVEN = text(f"{_GIVEN} {OPEN} SELECT id, school_code FROM written WHERE is_new")

CLEAR = f"""
    , cleared AS (
        UPDATE cases SET state = '{State.CLEARED}', version = cases.version + 1
          FROM gone WHERE cases.id = gone.id AND cases.state = '{State.OPEN}'
        RETURNING cases.id, cases.version, cases.school_code, cases.state, cases.handler
    ), cleared_history AS (
        INSERT INTO case_events (case_id, version, school_code, act, state, handler, by_role, by_subject)
        SELECT id, version, school_code, 'clear', state, handler, '{SYSTEM.role}', '{SYSTEM.subject}' FROM cleared
    )
"""
_CLEAR_SUBJECTS = text(
    f"""
    WITH gone AS (
        SELECT standing.id FROM cases standing
         WHERE standing.kind = 'signal' AND standing.state = '{State.OPEN}' AND standing.school_code = :school_code
           AND standing.rule = ANY(:rules) AND standing.subject = ANY(:subjects)
           AND NOT EXISTS (SELECT FROM unnest(CAST(:kept_rules AS text[]), CAST(:kept_subjects AS text[]))
                                    AS kept (rule, subject)
                            WHERE (kept.rule, kept.subject) = (standing.rule, standing.subject))
         ORDER BY standing.id FOR NO KEY UPDATE
    ) {CLEAR} SELECT id, school_code FROM cleared
    """
).bindparams(
    *(bindparam(name, type_=ARRAY(Text)) for name in ("rules", "subjects", "kept_rules", "kept_subjects")),
)


async def open_cases(
    connection: Connection, openings: Sequence[Opening], made: Mapping[int, tuple[CaseId, bytes | None]] | None = None
) -> list[CaseId]:
    """Opens those of the cases that neither stand nor were found of the same facts; gives the ids of the new ones.

    An open one takes the newest facts. `made` are the ids of openings by their place, with their sealed notes; one
    without a rule needs its id.
    """
    given = [_values(each, *(made or {}).get(place, (None, None))) for place, each in enumerate(openings)]
    return [CaseId(row[0]) for row in await connection.execute(_OPEN_GIVEN, {"given": json.dumps(given)})]


async def open_one(connection: Connection, cipher: FieldCipher | None, opening: Opening) -> CaseId | None:
    """The same of one case; a note needs the cipher."""
    case_id, sealed = CaseId(await new_id(connection)), None
    if opening.note is not None:
        assert cipher is not None, "a note is sealed"
        sealed = sealed_note(cipher, case_id, opening.note)
    opened = await open_cases(connection, [opening], {0: (case_id, sealed)})
    return opened[0] if opened else None


async def clear(
    connection: Connection,
    school_code: str,
    rules: Sequence[str],
    subjects: Sequence[str],
    kept: Sequence[tuple[str, str]] = (),
) -> list[CaseId]:
    """Clears open signals of these rules about these subjects, but for the pairs that are kept; gives their ids."""
    values = {
        "school_code": school_code,
        "rules": list(rules),
        "subjects": list(subjects),
        "kept_rules": [rule for rule, _ in kept],
        "kept_subjects": [subject for _, subject in kept],
    }
    return [CaseId(row[0]) for row in await connection.execute(_CLEAR_SUBJECTS, values)]


def sealed_note(cipher: FieldCipher, case_id: CaseId, note: str) -> bytes:
    """The ciphertext of what is said of a case."""
    return cipher.encrypt(_NOTE, case_id, note)


def opened_note(cipher: FieldCipher, case_id: CaseId, sealed: bytes | None) -> str | None:
    """That text again; None where there is none, or it was erased."""
    return None if sealed is None else cipher.decrypt(_NOTE, case_id, sealed)


def _values(opening: Opening, case_id: CaseId | None, note: bytes | None) -> dict[str, object]:
    plain = ("school_code", "cohort", "college_code", "kind", "rule", "subject", "facts", "accused", "handler")
    return {name: getattr(opening, name) for name in plain} | {
        "id": case_id and f"{case_id}",
        "note": note and note.hex(),
        "registrations": [f"{each}" for each in opening.registrations],
        "made_by": opening.by.subject,
        "made_by_role": opening.by.role,
    }
