"""What must hold between rows of surveys, in SQL: each statement gives ids, and whether what has one is wrong.

A statement sees one moment, so that people answer, call and key beside it; what is wrong is counted by the database,
whatever the number of rows.
"""

from collections.abc import Mapping
from types import MappingProxyType

from common.clock import NOW_SQL, TODAY_SQL
from common.contracts import response
from surveys.calls.domain import BANDS, ENDING, LEASE
from surveys.contact.domain import APART
from surveys.employers.domain import FIELDS
from surveys.results.domain.weighting import MAX_ERROR

_CAPS = """
    SELECT cap.wave_id || ' ' || cap.id AS id,
           cap.taken <> (SELECT count(*) FROM cap_places AS place
                          WHERE place.wave_id = cap.wave_id AND place.cap_id = cap.id)
           OR EXISTS (SELECT FROM cap_places AS place LEFT JOIN responses AS response ON response.id = place.response_id
                       WHERE place.wave_id = cap.wave_id AND place.cap_id = cap.id AND place.response_id IS NOT NULL
                         AND (response.effective_version IS NULL OR response.wave_id <> cap.wave_id))
           OR wave.anonymity = 'unlinkable'
              AND cap.taken <> (SELECT count(*) FROM ballots WHERE ballots.wave_id = cap.wave_id
                                   AND ballots.state = 'submitted' AND cap.id = ANY(ballots.caps)) AS differs
      FROM wave_caps AS cap JOIN waves AS wave ON wave.id = cap.wave_id
     WHERE CAST(:school AS text) IS NULL OR cap.school_code = :school
"""
_SPENT = """
    SELECT CAST(wave.id AS text) AS id, coalesce(known.spent_fen, 0) <> coalesce(made.fen, 0)
           OR known.spent_fen > wave.budget_fen OR known.budget_fen IS DISTINCT FROM wave.budget_fen
              AND known.wave_id IS NOT NULL AS differs
      FROM waves AS wave LEFT JOIN contact_spending AS known ON known.wave_id = wave.id
      LEFT JOIN (SELECT wave_id, sum(price_fen) AS fen FROM contact_attempts GROUP BY wave_id) AS made
        ON made.wave_id = wave.id
     WHERE (known.wave_id IS NOT NULL OR made.wave_id IS NOT NULL)
       AND (CAST(:school AS text) IS NULL OR wave.school_code = :school)
"""
# what was noted first counts as sent; what is attempted again had been noted before. Of unlinkable waves days alone are
# known, and they mind no other message. What came of a call is said before its half hour ends
_ATTEMPTS = f"""
    WITH attempt AS (
        SELECT made.*, whose.subject, invitation.wave_id AS asked_in, invitation.graduate_id,
               lag(made.noted_at) OVER (PARTITION BY whose.subject ORDER BY made.noted_at) AS before
          FROM contact_attempts AS made JOIN invitations AS invitation ON invitation.id = made.invitation_id
         CROSS JOIN LATERAL (SELECT coalesce(invitation.graduate_id, invitation.employer_id) AS subject) AS whose
          JOIN waves AS wave ON wave.id = made.wave_id AND wave.anonymity <> 'unlinkable'
         WHERE made.reason IS NULL AND made.step IS NOT NULL
           AND (CAST(:school AS text) IS NULL OR made.school_code = :school)
    )
    SELECT CAST(attempt.id AS text) AS id, attempt.wave_id <> attempt.asked_in
           OR attempt.step > (SELECT jsonb_array_length(ladder) FROM waves WHERE id = attempt.wave_id)
           OR attempt.subject IS NOT NULL
              AND attempt.noted_at < attempt.before + interval '{APART.total_seconds()} seconds'
           OR attempt.id IN (
              SELECT attempt.id FROM attempt JOIN responses AS response USING (invitation_id)
                JOIN submitted_contents AS given ON given.response_id = response.id
               WHERE given.submitted_at < attempt.noted_at
              UNION ALL
              SELECT attempt.id FROM attempt
                JOIN opt_outs AS asking ON coalesce(asking.graduate_id, asking.employer_id) = attempt.subject
               WHERE coalesce(asking.wave_id, attempt.wave_id) = attempt.wave_id
                 AND asking.created_at < attempt.noted_at AND coalesce(asking.revoked_at > attempt.noted_at, true)
              UNION ALL
              SELECT attempt.id FROM attempt JOIN calls AS spoken USING (wave_id, graduate_id)
               WHERE spoken.outcome = 'refused' AND attempt.noted_at > spoken.expires_at + interval '1 minute'
           ) AS differs
      FROM attempt
"""
_BAND = " + ".join(
    f"CAST(CAST(called.claimed_at AT TIME ZONE 'Asia/Shanghai' AS time) >= '{each}' AS int)" for each in BANDS
)
_CALLS = f"""
    WITH called AS (
        SELECT calls.*, lag(attempt, 1, 0) OVER person AS attempt_before, lag(band) OVER person AS band_before,
               lag(outcome) OVER person AS outcome_before, lag(callback_at) OVER person AS callback_before,
               lag(expires_at) OVER person AS expired
          FROM calls WHERE CAST(:school AS text) IS NULL OR calls.school_code = :school
        WINDOW person AS (PARTITION BY wave_id, graduate_id ORDER BY attempt)
    )
    SELECT CAST(called.id AS text) AS id,
           called.attempt <> called.attempt_before + 1
           OR called.version <> CASE WHEN called.outcome IS NULL THEN 1 ELSE 2 END
           OR called.band <> {_BAND}
           OR abs(extract(epoch FROM called.expires_at - called.claimed_at) - {LEASE.total_seconds()}) > 1
           OR called.attempt > 1 AND (
              called.outcome_before IN ({", ".join(f"'{each.value}'" for each in ENDING)})
              OR called.outcome_before IS NULL AND called.claimed_at < called.expired
              OR CASE WHEN called.callback_before IS NULL THEN called.band = called.band_before
                      ELSE called.claimed_at < called.callback_before END) IS TRUE
           OR NOT EXISTS (SELECT FROM wave_eligible AS eligible JOIN invitations USING (wave_id, graduate_id)
                           WHERE eligible.wave_id = called.wave_id AND eligible.graduate_id = called.graduate_id)
           OR called.id IN (
              SELECT called.id FROM called JOIN opt_outs AS asking USING (graduate_id)
               WHERE coalesce(asking.wave_id, called.wave_id) = called.wave_id
                 AND asking.created_at < called.claimed_at AND coalesce(asking.revoked_at > called.claimed_at, true)
              UNION ALL
              SELECT called.id FROM called JOIN responses AS response USING (wave_id, graduate_id)
                JOIN submitted_contents AS given ON given.response_id = response.id
               WHERE given.submitted_at < called.claimed_at
           ) AS differs
      FROM called
"""
# what was keyed for a wave goes within the hour after its close
_PAPERS = f"""
    SELECT CAST(paper.id AS text) AS id,
           (paper.state = 'keyed') AND (paper.second_keyer IS NOT NULL OR paper.differing <> '{{}}')
           OR paper.state IN ('differs', 'submitted', 'screened_out') AND paper.second_keyer IS NULL
           OR (paper.state IN ('submitted', 'screened_out')) <> (paper.response_id IS NOT NULL)
           OR paper.response_id IS NOT NULL AND NOT coalesce(
              response.wave_id = paper.wave_id AND response.graduate_id = paper.graduate_id
              AND ((response.state = 'screened_out') = (paper.state = 'screened_out') OR response.state = 'withdrawn')
              AND (paper.state = 'submitted') <= (response.submitted_at IS NOT NULL)
              AND 1 = (SELECT count(*) FROM responses AS other WHERE other.invitation_id = response.invitation_id),
              false)
           OR paper.state IN ('keyed', 'differs') AND (
              coalesce(person.erased, false) OR wave.closed_at < {NOW_SQL} - interval '1 day') AS differs
      FROM papers AS paper JOIN waves AS wave ON wave.id = paper.wave_id
      LEFT JOIN responses AS response ON response.id = paper.response_id
      LEFT JOIN graduates AS person ON person.graduate_id = paper.graduate_id
     WHERE CAST(:school AS text) IS NULL OR paper.school_code = :school
"""
_LIAISONS = """
    SELECT CAST(report.id AS text) AS id,
           NOT EXISTS (SELECT FROM wave_eligible AS eligible
                        WHERE eligible.wave_id = report.wave_id AND eligible.graduate_id = report.graduate_id)
           OR report.outcome = 'asks_to_stop'
              AND NOT EXISTS (SELECT FROM opt_outs AS asking
                               WHERE asking.graduate_id = report.graduate_id
                                 AND coalesce(asking.wave_id, report.wave_id) = report.wave_id
                                 AND asking.created_at <= report.recorded_at) AS differs
      FROM liaison_reports AS report WHERE CAST(:school AS text) IS NULL OR report.school_code = :school
"""
# that a year has one wave, the database holds; people may change what a plan has made
_PLANS = """
    SELECT CAST(wave.id AS text) AS id,
           wave.school_code <> plan.school_code OR plan.next_year <= wave.plan_year
           OR wave.version = 1 AND wave.cohort <> wave.plan_year - wave.cycle AS differs
      FROM waves AS wave JOIN wave_plans AS plan ON plan.id = wave.plan_id
     WHERE CAST(:school AS text) IS NULL OR wave.school_code = :school
"""
_FIELDS = ", ".join(f"'{each}'" for each in FIELDS)
_EMPLOYERS = f"""
    SELECT CAST(employer.id AS text) AS id,
           NOT employer.by_hand <@ ARRAY[{_FIELDS}]
           OR employer.registered_as IS NULL AND employer.hires <> '{{}}'
           OR EXISTS (SELECT FROM jsonb_each_text(employer.hires) AS hired (cohort, people)
                       WHERE hired.people !~ '^[0-9]+$'
                          OR NOT EXISTS (SELECT FROM employer_feeds AS feed
                                          WHERE feed.school_code = employer.school_code
                                            AND CAST(feed.cohort AS text) = hired.cohort)) AS differs
      FROM employers AS employer WHERE CAST(:school AS text) IS NULL OR employer.school_code = :school
    UNION ALL
    SELECT asked.wave_id || ' ' || asked.employer_id,
           CASE WHEN EXISTS (SELECT FROM responses AS given
                              WHERE given.wave_id = asked.wave_id AND given.employer_id = asked.employer_id
                                AND (given.effective_version IS NOT NULL OR given.state = 'submitted')) THEN 'submitted'
                WHEN EXISTS (SELECT FROM responses AS given
                              WHERE given.wave_id = asked.wave_id AND given.employer_id = asked.employer_id
                                AND given.announced_sequence IS NOT NULL) THEN 'withdrawn'
                ELSE 'requested' END
           IS DISTINCT FROM (SELECT said.data ->> 'state' FROM outbox AS said
                              WHERE said.topic = '{response.TOPIC}' AND said.key = CAST(asked.employer_id AS text)
                                AND said.data ->> 'wave_id' = CAST(asked.wave_id AS text)
                              ORDER BY said.sequence DESC LIMIT 1)
      FROM wave_employers AS asked WHERE CAST(:school AS text) IS NULL OR asked.school_code = :school
"""
_EDITIONS = """
    WITH edition AS (
        SELECT result_editions.*, row_number() OVER (PARTITION BY wave_id ORDER BY number) AS place,
               lag(taken_at) OVER (PARTITION BY wave_id ORDER BY number) AS before
          FROM result_editions WHERE CAST(:school AS text) IS NULL OR school_code = :school
    )
    SELECT CAST(edition.id AS text) AS id,
           edition.number <> edition.place OR (edition.number = 1) <> (edition.because = 'closed')
           OR wave.closed_at IS NULL OR coalesce(edition.taken_at <= edition.before, false) AS differs
      FROM edition JOIN waves AS wave ON wave.id = edition.wave_id
"""
_WEIGHTINGS = f"""
    WITH given AS (
        SELECT weighting_id, count(*) AS answers, sum(weight) AS total, sum(weight * weight) AS squares,
               min(weight) AS least FROM result_weights
         WHERE CAST(:school AS text) IS NULL OR school_code = :school GROUP BY weighting_id
    )
    SELECT CAST(made.id AS text) AS id,
           NOT coalesce(
              given.answers = made.answers AND given.least > 0
              AND abs(given.total / given.answers - 1) < 1e-9
              AND abs(given.total * given.total / given.squares / made.n_eff - 1) < 1e-9
              AND abs(given.answers * given.squares / (given.total * given.total) / made.deff - 1) < 1e-9
              AND made.answers = (SELECT sum(CAST(each ->> 'answers' AS int))
                                    FROM jsonb_array_elements(made.strata) AS each)
              AND coalesce(made.max_error <= {MAX_ERROR!r}, made.method = 'post_stratification'), false) AS differs
      FROM result_weightings AS made LEFT JOIN given ON given.weighting_id = made.id
     WHERE CAST(:school AS text) IS NULL OR made.school_code = :school
"""
# they go within the hour after midnight
_CONTACTS = f"""
    SELECT CAST(contact.id AS text) AS id,
           contact.expires_on < {TODAY_SQL} - 1 OR contact.by_hand AND contact.sealed IS NULL
           OR contact.school_code <> employer.school_code AS differs
      FROM employer_contacts AS contact JOIN employers AS employer ON employer.id = contact.employer_id
     WHERE CAST(:school AS text) IS NULL OR contact.school_code = :school
"""

INVARIANTS: Mapping[str, str] = MappingProxyType(
    {
        "caps": _CAPS,
        "spent": _SPENT,
        "attempts": _ATTEMPTS,
        "calls": _CALLS,
        "papers": _PAPERS,
        "liaisons": _LIAISONS,
        "plans": _PLANS,
        "employers": _EMPLOYERS,
        "contacts": _CONTACTS,
        "editions": _EDITIONS,
        "weightings": _WEIGHTINGS,
    }
)
"""Statements by the name of their check, each bound to `school`, NULL for all: `id`, `differs`."""
