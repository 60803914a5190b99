"""Populations in SQL, with the strata that the roster says at that moment."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from common import rows
from common.clock import TODAY_SQL
from common.codes import CodeLists
from common.consuming.counted import newest_counted
from common.identifiers import Cohort, GraduateId, SchoolCode, WaveId
from common.season import SeasonDay, season_day
from common.sql import Connection
from surveys.populations.domain import Candidate, PanelWave, Population, PopulationKind, Stratum
from surveys.roster.domain import destination_class_of, level_of

POPULATION = f"""
    SELECT person.graduate_id, level.word AS education_level,
           coalesce(class.word, 'not_registered') AS destination_class, told.college_code AS college,
           told.study_form, told.major_code AS major, told.sex_code AS sex
      FROM graduates AS person
      LEFT JOIN roster_groups AS told ON told.graduate_id = person.graduate_id
      LEFT JOIN effective_registrations AS registered ON registered.graduate_id = person.graduate_id
      LEFT JOIN unnest(CAST(:levels AS text[]), CAST(:level_words AS text[])) AS level (code, word)
        ON level.code = told.education_level_code
      LEFT JOIN unnest(CAST(:classes AS text[]), CAST(:class_words AS text[])) AS class (code, word)
        ON class.code = registered.destination_code
     WHERE person.school_code = :school_code AND person.cohort = :cohort AND {newest_counted("person")}
       AND {TODAY_SQL} >= CAST(:season AS date)  -- before its season a cohort is no population
       AND (CAST(:panel_of AS uuid) IS NULL OR person.graduate_id IN (
               SELECT graduate_id FROM wave_eligible WHERE wave_id = CAST(:panel_of AS uuid)))
"""
"""The query of a population; `bound` binds its parameters."""

EMPLOYERS = """
    SELECT employer.id AS employer_id, employer.nature_code, employer.industry_code, counted.hires
      FROM employers AS employer CROSS JOIN LATERAL (
           SELECT coalesce(sum(CAST(said.hired AS int)), 0) AS hires
             FROM jsonb_each_text(employer.hires) AS said (cohort, hired)
            WHERE CAST(:cohorts AS int[]) IS NULL OR CAST(said.cohort AS int) = ANY(CAST(:cohorts AS int[]))) AS counted
     WHERE employer.school_code = :school_code AND counted.hires >= CAST(:min_hires AS int)
       AND (CAST(:industry_codes AS text[]) IS NULL OR employer.industry_code = ANY(CAST(:industry_codes AS text[])))
"""
"""The query of a population of employers, with the graduates whom they hired; `bound_of_employers` binds it."""

# of every wave of the panel each member of the first one
_PANEL = text(
    f"""
    WITH RECURSIVE earlier AS (
        SELECT id, panel_of FROM waves WHERE id = CAST(:wave_id AS uuid)
        UNION ALL SELECT wave.id, wave.panel_of FROM waves AS wave JOIN earlier ON wave.id = earlier.panel_of
    ), line AS (
        SELECT wave.id, wave.school_code, wave.opens_at, wave.closes_at FROM waves AS wave JOIN earlier USING (id)
         WHERE wave.panel_of IS NULL
        UNION ALL SELECT wave.id, wave.school_code, wave.opens_at, wave.closes_at FROM line JOIN waves AS wave
            ON wave.panel_of = line.id AND wave.school_code = line.school_code
    ), member AS (
        SELECT graduate_id FROM wave_eligible JOIN earlier ON earlier.id = wave_id WHERE earlier.panel_of IS NULL
    ), state AS (
        SELECT line.id AS wave_id, line.opens_at, member.graduate_id, asked.graduate_id IS NOT NULL AS eligible,
               asked.graduate_id IS NOT NULL AND coalesce({newest_counted("person")}, false) AS in_roster,
               coalesce(response.state = 'submitted' OR response.effective_version IS NOT NULL, false) AS answered,
               EXISTS (SELECT FROM opt_outs AS asking
                        WHERE asking.graduate_id = member.graduate_id AND coalesce(asking.wave_id, line.id) = line.id
                          AND asking.created_at < line.closes_at
                          AND (asking.revoked_at IS NULL OR asking.revoked_at >= line.closes_at)) AS opted_out,
               -- a link that nothing was sent with was handed over
               invited.id IS NOT NULL AND (invited.state <> 'created' OR NOT EXISTS (
                   SELECT FROM contact_attempts AS made WHERE made.invitation_id = invited.id AND made.reason IS NULL
                ) AND invited.channel = 'link' OR EXISTS (
                   SELECT FROM contact_attempts AS made
                    WHERE made.invitation_id = invited.id
                      AND made.state IN ('sending', 'accepted', 'delivered', 'unknown')
               )) AS reached
          FROM line CROSS JOIN member
          LEFT JOIN wave_eligible AS asked ON asked.wave_id = line.id AND asked.graduate_id = member.graduate_id
          LEFT JOIN graduates AS person ON person.graduate_id = member.graduate_id
          LEFT JOIN invitations AS invited ON invited.wave_id = line.id AND invited.graduate_id = member.graduate_id
          LEFT JOIN responses AS response ON response.invitation_id = invited.id
    ), judged AS (
        SELECT *, bool_and(answered) OVER (PARTITION BY graduate_id ORDER BY opens_at, wave_id) AS answered_all
          FROM state
    )
    SELECT wave_id, count(*) AS members, count(*) FILTER (WHERE eligible) AS eligible,
           count(*) FILTER (WHERE answered) AS answered, count(*) FILTER (WHERE answered_all) AS answered_all,
           count(*) FILTER (WHERE NOT answered AND NOT in_roster) AS left_roster,
           count(*) FILTER (WHERE NOT answered AND in_roster AND opted_out) AS opted_out,
           count(*) FILTER (WHERE NOT answered AND in_roster AND NOT opted_out AND NOT reached) AS not_reached,
           count(*) FILTER (WHERE NOT answered AND in_roster AND NOT opted_out AND reached) AS silent
      FROM judged GROUP BY wave_id, opens_at ORDER BY opens_at, wave_id
    """
)


def bound(school_code: SchoolCode, cohort: Cohort, panel_of: WaveId | None) -> dict[str, Any]:
    """What the query of a population is bound to."""
    found = {"school_code": school_code, "cohort": cohort, "panel_of": panel_of}
    return found | {"season": season_day(SeasonDay.BEGINS, cohort), **_words()}


def bound_of_employers(school_code: SchoolCode, asked: Population) -> dict[str, Any]:
    """What the query of a population of employers is bound to."""
    return {
        "school_code": school_code,
        "cohorts": list(asked.cohorts) or None,
        "min_hires": (asked.min_hires or 1) if asked.kind is PopulationKind.HIRES else 0,
        "industry_codes": list(asked.industry_codes) or None,
    }


async def candidates(
    connection: Connection, strata: tuple[Stratum, ...], parameters: Mapping[str, Any]
) -> list[Candidate]:
    """Everybody of a population, with the values of these strata."""
    found = await connection.execute(_CANDIDATES, parameters)
    return [Candidate(GraduateId(row.graduate_id), tuple(row[name.value] for name in strata)) for row in found]


async def panel(connection: Connection, wave_id: WaveId) -> list[PanelWave]:
    """The waves of the panel that this one belongs to, the first one first."""
    return rows.all(PanelWave, await connection.execute(_PANEL, {"wave_id": wave_id}))


_CANDIDATES = text(POPULATION)


def _words() -> Mapping[str, list[str]]:
    """The levels of codes of education, and the classes of codes of destinations."""
    levels = {code: word for code in _codes("education-level") if (word := level_of(code))}
    classes = {code: destination_class_of(code) for code in _codes("destination")}
    return {
        "levels": [*levels],
        "level_words": [*levels.values()],
        "classes": [*classes],
        "class_words": [*classes.values()],
    }


def _codes(name: str) -> list[str]:
    return list(dict.fromkeys(entry.code for entry in CodeLists.load().get(name)))
