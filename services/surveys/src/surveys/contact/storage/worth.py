"""Whom it is worth to call or to look up: SQL over everybody whom an open wave asks."""

from common.clock import NOW_SQL
from common.consuming.counted import newest_counted

ASKED = f"""
    wave_eligible AS eligible
    JOIN waves AS asking ON asking.id = eligible.wave_id AND asking.anonymity <> 'unlinkable'
                        AND asking.closing_at IS NULL AND asking.closed_at IS NULL
                        AND {NOW_SQL} >= asking.opens_at AND {NOW_SQL} < asking.closes_at
    JOIN graduates AS person ON person.graduate_id = eligible.graduate_id AND NOT person.erased
                            AND {newest_counted("person")}
    LEFT JOIN roster_groups AS placed ON placed.graduate_id = eligible.graduate_id
    LEFT JOIN effective_registrations AS registered ON registered.graduate_id = eligible.graduate_id
    LEFT JOIN invitations AS invited ON invited.wave_id = eligible.wave_id
                                    AND invited.graduate_id = eligible.graduate_id
"""
"""The tables; `placed` has the groups of a graduate, `invited` the invitation if there is one."""

WORTH_CONTACTING = """
    (invited.id IS NULL OR (invited.state IN ('created', 'opened') AND invited.token_digest IS NOT NULL))
    AND NOT EXISTS (SELECT FROM opt_outs AS left_alone
                     WHERE left_alone.graduate_id = eligible.graduate_id AND left_alone.revoked_at IS NULL
                       AND coalesce(left_alone.wave_id, eligible.wave_id) = eligible.wave_id)
    AND NOT EXISTS (SELECT FROM calls AS spoken
                     WHERE spoken.wave_id = eligible.wave_id AND spoken.graduate_id = eligible.graduate_id
                       AND spoken.outcome = 'refused')
    AND NOT (asking.stop_when_known AND coalesce(registered.destination_code NOT IN ('70', '71', '72'), false))
"""
"""Who can still answer, and has neither asked to be left alone nor a destination that ends contact."""

PHONE_IS_DUE = f"""
    (asking.ladder = '[]'::jsonb OR EXISTS (
        SELECT FROM jsonb_array_elements(asking.ladder) AS step
         WHERE step ->> 'kind' = 'phone'
           AND asking.opens_at + CAST(step ->> 'after_days' AS int) * interval '1 day' <= {NOW_SQL}))
"""
"""Whether the wave's ladder has come to a step by phone; a wave without a ladder may be called at once."""
