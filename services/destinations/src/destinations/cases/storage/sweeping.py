"""Signals over committed rows: one statement a rule opens cases of what it finds, and clears those of what has gone.

Any number of workers may run it at once: of one rule and subject one case stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import ARRAY, TextClause, Uuid, bindparam, text

from common.clock import NOW_SQL, TODAY_SQL
from common.consuming.counted import newest_counted
from common.errors import TransientError
from common.identifiers import SchoolCode
from common.sql import Connection
from destinations.cases.domain import CaseId, Rule, State
from destinations.cases.storage.opening import CLEAR, OPEN
from destinations.registrations.domain.targeted import WITHOUT_EMPLOYER
from destinations.registrations.storage import answer_sql

# what counts "recorded before" waits for locks on this table, and so for what is written here
_ANNOUNCE = text("SELECT FROM destination_streams WHERE false FOR KEY SHARE")


class Overtaken(TransientError):
    """An officer has found something of a case while a round looked: the round is to look again."""

    code = "overtaken"


@dataclass(frozen=True)
class Swept:
    """What one round of a rule came to: the cases that it opened and cleared, each with its school."""

    opened: tuple[tuple[CaseId, SchoolCode], ...]
    cleared: tuple[tuple[CaseId, SchoolCode], ...]


def sweeping(found: str, *about: str) -> TextClause:
    """The statement of a rule; `found` selects school_code, cohort, college_code, subject, facts and registrations.

    Where other acts open cases of the rule, too, every subject begins with one of `about`, and only those are cleared.
    `:rule` is the rule, `:threshold` the threshold of the release, THRESHOLD of a row's school that of the school.
    """
    return text(
        f"""
        WITH given AS MATERIALIZED (
            SELECT CAST(NULL AS uuid) AS id, found.school_code, found.cohort, found.college_code,
                   'signal' AS kind, CAST(:rule AS text) AS rule, found.subject, found.facts,
                   CAST(NULL AS text) AS accused, 'school' AS handler, found.registrations,
                   CAST(NULL AS bytea) AS note_cipher, 'system' AS made_by, 'system' AS made_by_role
              FROM ({found}) AS found
             ORDER BY found.school_code, found.subject
        ) {OPEN}, gone AS (
            SELECT standing.id FROM cases standing
             WHERE standing.kind = 'signal' AND standing.rule = :rule AND standing.state = '{State.OPEN}'
               AND ({" OR ".join(f"starts_with(standing.subject, '{each}')" for each in about) or "true"})
               -- of a cohort that is closed nothing is looked for, and nothing has gone
               AND (standing.cohort IS NULL OR EXISTS (
                   SELECT FROM seasons season
                    WHERE (season.school_code, season.cohort) = (standing.school_code, standing.cohort)
                      AND season.closes_on >= {TODAY_SQL}))
               AND NOT EXISTS (SELECT FROM given
                                WHERE (given.school_code, given.subject) = (standing.school_code, standing.subject))
             ORDER BY standing.id FOR NO KEY UPDATE SKIP LOCKED
        ) {CLEAR}
        SELECT id, school_code, true AS is_new FROM written WHERE is_new
         UNION ALL SELECT id, school_code, false FROM cleared
        """
    )


THRESHOLD = """(
    SELECT coalesce(max(own.threshold), CAST(:threshold AS int)) FROM signal_thresholds own
     WHERE own.rule = :rule AND own.school_code = record.school_code
)"""

_IN_SEASON = f"""
    JOIN seasons season ON (season.school_code, season.cohort) = (record.school_code, record.cohort)
                       AND season.closes_on >= {TODAY_SQL}
"""
_DUPLICATES = f"""
    SELECT record.school_code, CASE WHEN count(DISTINCT record.cohort) = 1 THEN min(record.cohort) END AS cohort,
           CAST(NULL AS text) AS college_code, 'sha256:' || encode(piece.sha256, 'hex') AS subject,
           jsonb_build_object('graduates', max(several.graduates),
                              'evidence', jsonb_agg(DISTINCT piece.id ORDER BY piece.id)) AS facts,
           array_agg(DISTINCT record.id) AS registrations
      FROM (SELECT sha256, count(DISTINCT graduate_id) AS graduates FROM evidence WHERE outcome <> 'refused'
             GROUP BY sha256 HAVING count(DISTINCT graduate_id) > 1) AS several
      JOIN evidence piece ON piece.sha256 = several.sha256 AND piece.outcome <> 'refused'
      JOIN registrations record ON record.id = piece.registration_id
      {_IN_SEASON}
     GROUP BY record.school_code, piece.sha256
"""
_IS_PLACED = "{0}.destination_code !~ '^(" + "|".join(WITHOUT_EMPLOYER) + ")'"
_SINGLE_HANDED = f"""
    SELECT record.school_code, record.cohort, person.college_code, 'registration:' || record.id AS subject,
           jsonb_build_object('version', began.version, 'action', began.action) AS facts,
           ARRAY[record.id] AS registrations
      FROM registrations record
      -- what came before the season is history
      {_IN_SEASON}
      JOIN season_versions first ON (first.school_code, first.cohort) = (record.school_code, record.cohort)
                                AND first.version = 1
      JOIN roster_graduates person ON person.graduate_id = record.graduate_id
      JOIN registration_versions said ON (said.registration_id, said.version) = (record.id, record.effective_version)
      -- what others had a hand in last, or the graduate confirmed, and what one hand has made effective since
      LEFT JOIN LATERAL (
           SELECT version, effective_version FROM registration_versions earlier
            WHERE earlier.registration_id = record.id AND earlier.version < record.effective_version
              AND earlier.effective_version IS NOT NULL
              AND (earlier.confirmation = 'confirmed' OR earlier.effective_version = earlier.version
                   AND NOT (earlier.action IN ('import', 'edit') AND {_IS_PLACED.format("earlier")}))
            ORDER BY earlier.version DESC LIMIT 1) shared ON true
      LEFT JOIN registration_versions former
             ON (former.registration_id, former.version) = (record.id, shared.effective_version)
     CROSS JOIN LATERAL (
           SELECT version, action, recorded_at FROM registration_versions alone
            WHERE alone.registration_id = record.id AND alone.version > coalesce(shared.version, 0)
              AND (alone.effective_version = alone.version OR alone.version = record.effective_version)
            ORDER BY alone.version LIMIT 1) began
     WHERE record.stage <> 'voided' AND {answer_sql("record")} = 'unconfirmed'
       -- most were reviewed: their versions need not be looked up
       AND (record.stage <> 'school_approved' OR record.reviewed_by_school IS NULL)
       AND said.action IN ('import', 'edit')
       AND {_IS_PLACED.format("said")} AND (former.version IS NULL OR NOT {_IS_PLACED.format("former")})
       AND began.recorded_at > first.recorded_at
       AND began.recorded_at <= {NOW_SQL} - make_interval(days => {THRESHOLD})
"""
# what stands approved is effective: its version need not be looked up
_EFFECTIVE_CODE = """
    CASE WHEN record.stage IN ('school_approved', 'void_at_college', 'void_at_school') THEN record.destination_code
         ELSE (SELECT said.destination_code FROM registration_versions said
                WHERE (said.registration_id, said.version) = (record.id, record.effective_version)) END
"""
_SHARE = f"""
    SELECT school_code, cohort, college_code, 'college:' || college_code || '/' || cohort AS subject,
           jsonb_build_object('threshold', threshold,
                              -- so that a share that moves a little opens no new case
                              'at_least', least(CAST(floor(20.0 * of_code / effective) AS int) * 5, 100)) AS facts,
           CAST(ARRAY[] AS uuid[]) AS registrations
      FROM (SELECT record.school_code, record.cohort, person.college_code, {THRESHOLD} AS threshold,
                   count(*) AS effective, count(*) FILTER (WHERE {_EFFECTIVE_CODE} = '{{code}}') AS of_code
              FROM registrations record
              {_IN_SEASON}
              JOIN roster_graduates person ON person.graduate_id = record.graduate_id
             WHERE record.stage <> 'voided' AND record.effective_version IS NOT NULL
               AND person.college_code IS NOT NULL AND {newest_counted("person")}
             GROUP BY record.school_code, record.cohort, person.college_code) AS college
     WHERE 100 * of_code > threshold * effective
"""
# evidence that is deleted, rejected or about another destination doubts nothing any more
_EVIDENCE_GONE = text(
    f"""
    WITH gone AS (
        SELECT standing.id FROM cases standing
         WHERE standing.kind = 'signal' AND standing.state = '{State.OPEN}' AND standing.subject LIKE 'evidence:%'
           AND NOT EXISTS (SELECT FROM evidence piece
                            WHERE 'evidence:' || piece.id = standing.subject
                              AND piece.outcome NOT IN ('refused', 'rejected') AND NOT piece.is_outdated
                              AND EXISTS (SELECT FROM registrations record
                                           WHERE record.id = piece.registration_id AND record.stage <> 'voided'))
         ORDER BY standing.id FOR NO KEY UPDATE SKIP LOCKED
    ) {CLEAR}
    SELECT id, school_code, false AS is_new FROM cleared
    """
)
# who finds something of a case while a round looks makes room for another one of the same facts
_ANSWERED = text(
    f"""
    SELECT EXISTS (
        SELECT FROM cases opened JOIN cases old USING (school_code, rule, subject, facts)
         WHERE opened.id = ANY(:ids) AND old.state IN ('{State.FOUND}', '{State.CLOSED}')
    )
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))
STATEMENTS: Mapping[Rule, TextClause] = MappingProxyType(
    {
        Rule.DUPLICATE_EVIDENCE: sweeping(_DUPLICATES),
        Rule.SINGLE_HANDED: sweeping(_SINGLE_HANDED),
        Rule.SHARE_CODE_12: sweeping(_SHARE.format(code="12")),
        Rule.SHARE_CODE_76: sweeping(_SHARE.format(code="76")),
    }
)
"""The rules of this area; others add a statement of `sweeping` of their own."""


async def sweep(connection: Connection, rule: Rule, statement: TextClause, threshold: int | None) -> Swept:
    """One round of a rule; raises Overtaken where something was found meanwhile of what it opens again."""
    await connection.execute(_ANNOUNCE)
    bound = {"rule": rule.value} | ({} if threshold is None else {"threshold": threshold})
    swept = _swept(await connection.execute(statement, bound))
    # a statement of its own: it sees what ended before this round could open
    if swept.opened and await connection.scalar(_ANSWERED, {"ids": [case_id for case_id, _ in swept.opened]}):
        raise Overtaken
    return swept


async def clear_evidence(connection: Connection) -> Swept:
    """Clears signals about evidence that is gone."""
    await connection.execute(_ANNOUNCE)
    return _swept(await connection.execute(_EVIDENCE_GONE))


def _swept(found: object) -> Swept:
    rows = [(CaseId(row.id), SchoolCode(row.school_code), row.is_new) for row in found]  # type: ignore[attr-defined]
    opened = tuple((case_id, school) for case_id, school, is_new in rows if is_new)
    return Swept(opened, tuple((case_id, school) for case_id, school, is_new in rows if not is_new))
