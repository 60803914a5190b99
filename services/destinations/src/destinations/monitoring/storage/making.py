"""Reports fall due, wait, are made once and published once."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import text

from common.auth import Actor
from common.change_feed.barrier import Waiting
from common.clock import NOW_SQL
from common.identifiers import Cohort, SchoolCode
from common.sql import Connection, array, array_sql
from destinations.monitoring.domain.cut_offs import CutOff, Kind
from destinations.monitoring.domain.reports import Content, Report, ReportId

_COHORTS = text("SELECT DISTINCT cohort FROM seasons ORDER BY cohort")
# Of each season those after its first settings and after the last one that is there: none ever comes between.
_ADD_DUE = text(
    f"""
    WITH due AS (
        INSERT INTO monitoring_reports (school_code, cohort, kind, period, at)
        SELECT season.school_code, season.cohort, cut_off.kind, cut_off.period, cut_off.at
          FROM season_versions season
          LEFT JOIN LATERAL (SELECT max(at) AS at FROM monitoring_reports made
                              WHERE made.school_code = season.school_code AND made.cohort = season.cohort
                                AND made.kind <> '{Kind.FREE}') last ON true
          JOIN unnest({array_sql("cohorts", "int")}, {array_sql("kinds", "text")}, {array_sql("periods", "text")},
                      {array_sql("moments", "timestamptz")}) AS cut_off (cohort, kind, period, at)
            ON cut_off.cohort = season.cohort AND cut_off.at > greatest(season.recorded_at, last.at)
         WHERE season.version = 1 AND cut_off.at <= {NOW_SQL}
         ORDER BY cut_off.at, season.school_code, season.cohort
        ON CONFLICT DO NOTHING
        RETURNING id, school_code
    )
    INSERT INTO monitoring_waiting (report_id, school_code, waiting_for) SELECT id, school_code, '[]' FROM due
    """
)
_IN_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended('free report ' || :cohort_of_school, 0))")
_ADD_FREE = text(
    f"""
    WITH asked AS (
        INSERT INTO monitoring_reports (school_code, cohort, kind, period, at)
        SELECT :school_code, CAST(:cohort AS int), '{Kind.FREE}',
               to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), at
          FROM (SELECT {NOW_SQL} AS at OFFSET 0) AS moment
        RETURNING id, school_code
    ), waits AS (
        INSERT INTO monitoring_waiting (report_id, school_code, waiting_for) SELECT id, school_code, '[]' FROM asked
    )
    SELECT id FROM asked
    """
)
_WAIT_FOR = text(
    """
    UPDATE monitoring_waiting SET waiting_for = CAST(:waiting_for AS jsonb)
     WHERE report_id = :id AND waiting_for <> CAST(:waiting_for AS jsonb)
    """
)
# of two workers that have counted, the second finds that nothing waits
_MAKE = text(
    """
    WITH waited AS (DELETE FROM monitoring_waiting WHERE report_id = :id RETURNING report_id, school_code)
    INSERT INTO monitoring_contents (report_id, school_code, content, sha256)
    SELECT report_id, school_code, CAST(:content AS jsonb), :sha256 FROM waited
    RETURNING true
    """
)
_NEXT = text(
    f"""
    INSERT INTO monitoring_streams AS kept (school_code, sequence) VALUES (:school_code, 1)
    ON CONFLICT (school_code) DO UPDATE SET sequence = kept.sequence + 1
    RETURNING sequence, {NOW_SQL} AS recorded_at
    """
)
_PUBLISH = text(
    """
    INSERT INTO monitoring_publications (report_id, school_code, by_role, by_subject)
    VALUES (:id, :school_code, :by_role, :by_subject) ON CONFLICT DO NOTHING
    """
)


async def seasons_of(connection: Connection) -> Sequence[Cohort]:
    """The cohorts for which a school has a season."""
    return [Cohort(each) for each in await connection.scalars(_COHORTS)]


async def add_due(connection: Connection, cut_offs: Mapping[Cohort, Sequence[CutOff]]) -> int:
    """Adds the reports of all cut-offs that have passed since the first settings of a season; how many those were."""
    listed = [(cohort, each) for cohort, found in cut_offs.items() for each in found]
    values = {
        "cohorts": array(cohort for cohort, _ in listed),
        "kinds": array(each.kind.value for _, each in listed),
        "periods": array(each.period for _, each in listed),
        "moments": array(each.at for _, each in listed),
    }
    return await connection.affected(_ADD_DUE, values)


async def add_free(connection: Connection, school_code: SchoolCode, cohort: Cohort) -> ReportId:
    """Adds a report of now; those of a school's cohort come one after the other, in the order of their moments."""
    await connection.execute(_IN_TURN, {"cohort_of_school": f"{school_code} {cohort}"})
    return ReportId(await connection.scalar(_ADD_FREE, {"school_code": school_code, "cohort": cohort}))


async def wait_for(connection: Connection, report_id: ReportId, waiting_for: Sequence[Waiting]) -> None:
    """Notes what a report waits for; nothing is written where that stands."""
    said = json.dumps([asdict(each) for each in waiting_for])
    await connection.execute(_WAIT_FOR, {"id": report_id, "waiting_for": said})


async def make(connection: Connection, report_id: ReportId, content: Content, sha256: bytes) -> bool:
    """Stores what a report says; False where another worker has."""
    values = {"id": report_id, "content": json.dumps(content, ensure_ascii=False), "sha256": sha256}
    return bool(await connection.scalar(_MAKE, values))


async def next_of_stream(connection: Connection, school_code: SchoolCode) -> tuple[int, datetime]:
    """The sequence of the school's next event, and its instant; its other reports wait until the transaction ends."""
    row = (await connection.execute(_NEXT, {"school_code": school_code})).one()
    return row.sequence, row.recorded_at


async def publish(connection: Connection, report: Report, actor: Actor) -> bool:
    """Notes that a report is published; False where it was."""
    values = {"id": report.id, "school_code": report.school_code, "by_role": actor.role, "by_subject": actor.subject}
    return await connection.affected(_PUBLISH, values) == 1
