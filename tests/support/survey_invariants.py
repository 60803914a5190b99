"""What must hold of surveys when everything has come to rest: asked of the databases, and of `verify`."""

import json
from collections.abc import Collection, Mapping

from histories import query

from testing.stack import Stack
from testing.waiting import eventually

_SENT = """
    SELECT count(*) FILTER (WHERE position IS NULL) = 0
           AND coalesce(max(position), 0) = (SELECT sent FROM relay_state) AS at_rest FROM outbox
"""
_ANSWERS = """
    SELECT CAST(response.graduate_id AS text) AS graduate, response.state,
           (SELECT count(*) FROM submitted_contents WHERE response_id = response.id) AS contents,
           (SELECT count(*) FROM response_pages WHERE response_id = response.id) AS pages,
           (SELECT count(*) FROM outbox WHERE type = 'quxiang.response.submitted'
               AND data ->> 'wave_id' = CAST(response.wave_id AS text)
               AND key = CAST(response.graduate_id AS text)) AS submitted,
           (SELECT count(*) FROM outbox WHERE type = 'quxiang.response.withdrawn'
               AND data ->> 'wave_id' = CAST(response.wave_id AS text)
               AND key = CAST(response.graduate_id AS text)) AS withdrawn,
           (SELECT count(*) FROM audit_entries WHERE action = 'response.submit'
               AND object_id = CAST(response.id AS text)) AS noted
      FROM responses AS response WHERE school_code = $1
"""
_SEQUENCES = """
    SELECT topic, key, array_agg(sequence ORDER BY id) AS sequences FROM outbox
     WHERE school_code = $1 GROUP BY topic, key
"""
_MEASURED = """
    SELECT CAST(graduate_id AS text) AS graduate, measured FROM measure_answers
     WHERE school_code = $1 AND NOT withdrawn
"""
_GONE = "SELECT count(*) AS gone FROM measure_answers WHERE school_code = $1 AND withdrawn"
_TABLES = "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"


async def surveys_hold(stack: Stack, school: str, pays: Mapping[str, int], withdrawn: Collection[str] = ()) -> None:
    """All invariants of one school in whose only wave these graduates have answered, each a pay of its own.

    Every one is there once, and those who have withdrawn it nowhere; indicators has what stands, and nothing else.
    """
    await eventually(lambda: _is_sent(stack), within=120, every=0.1, describe="events of surveys that are sent")
    await answers_are_there_once(stack, school, pays, withdrawn)
    await sequences_are_dense(stack, school)
    await measures_are_the_recount(stack, school, pays, withdrawn)
    await values_are_nowhere(stack, "surveys", [pays[each] for each in withdrawn])
    await values_are_nowhere(stack, "indicators", [pays[each] for each in withdrawn])
    await stack.run("surveys", "verify", "--school", school)


async def answers_are_there_once(stack: Stack, school: str, pays: Collection[str], withdrawn: Collection[str]) -> None:
    """One response, one content, one event and one audit entry for each who submitted; no content of the withdrawn."""
    found = {row["graduate"]: row for row in await query(stack, "surveys", _ANSWERS, school)}
    assert found.keys() == {*pays}
    for graduate, row in found.items():
        gone = graduate in withdrawn
        told = (row["state"], row["contents"], row["pages"], row["submitted"], row["withdrawn"], row["noted"])
        assert told == ("withdrawn" if gone else "submitted", int(not gone), 0, 1, int(gone), 1), f"{graduate}: {told}"


async def sequences_are_dense(stack: Stack, school: str) -> None:
    """Per topic and key the events are numbered from 1 without a gap, in the order in which they were stored."""
    for row in await query(stack, "surveys", _SEQUENCES, school):
        assert row["sequences"] == list(range(1, len(row["sequences"]) + 1)), f"{row['topic']} {row['key']}"


async def measures_are_the_recount(
    stack: Stack, school: str, pays: Mapping[str, int], withdrawn: Collection[str]
) -> None:
    """Indicators has of each answer that stands what was answered, and of the others that they are gone."""
    expected = {
        graduate: {"salary": pay, "left_job_12m": False} for graduate, pay in pays.items() if graduate not in withdrawn
    }

    async def has_them() -> bool:
        found = await query(stack, "indicators", _MEASURED, school)
        measured = {row["graduate"]: json.loads(row["measured"]) for row in found}
        assert measured == expected, f"{len(measured)} of {len(expected)}, {[*measured.items()][:1]}"
        [row] = await query(stack, "indicators", _GONE, school)
        assert row["gone"] == len(withdrawn), f"{row['gone']} of {len(withdrawn)} are gone"
        return True

    await eventually(has_them, within=120, every=0.2, describe="measures at indicators")


async def values_are_nowhere(stack: Stack, service: str, values: Collection[int]) -> None:
    """No row of any table has one of these numbers; they must be so odd that no other has their digits."""
    if not values:
        return
    pattern = f"[: ]({'|'.join(map(str, values))})[^0-9]"
    for row in await query(stack, service, _TABLES):
        [kept] = await query(
            stack, service, f'SELECT count(*) AS rows FROM "{row["name"]}" AS kept WHERE kept::text ~ $1', pattern
        )
        assert kept["rows"] == 0, f"{service}: {row['name']}"


async def _is_sent(stack: Stack) -> bool:
    [row] = await query(stack, "surveys", _SENT)
    return bool(row["at_rest"])
