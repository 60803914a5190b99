"""Caps in SQL. Rows of caps are locked after invitations and before streams, in the order of wave and id."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ARRAY, Text, Uuid, bindparam, delete, insert, select, text, update

from common.identifiers import GraduateId, ResponseId, SchoolCode, WaveId
from common.sql import Connection
from surveys.caps.domain import Cap, lowered
from surveys.caps.tables import cap_places, wave_caps

CAPS_OF_WAVE = """
    coalesce((SELECT jsonb_agg(jsonb_build_object('id', cap.id, 'condition', cap.condition, 'limit', cap.at_most,
                                                  'taken', cap.taken) ORDER BY cap.place)
                FROM wave_caps AS cap WHERE cap.wave_id = waves.id), '[]'::jsonb)
"""
"""The caps of a row of waves, as JSON."""

CapKey = tuple[WaveId, str]
"""A cap of a wave."""

_ADD = insert(wave_caps)
_REMOVE = delete(wave_caps).where(wave_caps.c.wave_id == bindparam("of_wave"))
_RAISE = update(wave_caps).where(wave_caps.c.wave_id == bindparam("of_wave"), wave_caps.c.id == bindparam("of_cap"))
_NAMED = (bindparam("waves", type_=ARRAY(Uuid)), bindparam("caps", type_=ARRAY(Text)))
_HOLD = text(
    """
    SELECT cap.wave_id, cap.id, cap.at_most - cap.taken AS free
      FROM wave_caps AS cap JOIN unnest(:waves, :caps) AS named (wave_id, id) USING (wave_id, id)
     ORDER BY cap.wave_id, cap.id FOR UPDATE OF cap
    """
).bindparams(*_NAMED)
_TAKE = text(
    """
    WITH placed AS (
        INSERT INTO cap_places (wave_id, cap_id, school_code, response_id)
        SELECT cap.wave_id, cap.id, cap.school_code, named.response_id
          FROM wave_caps AS cap
          JOIN unnest(:waves, :caps, :responses) AS named (wave_id, id, response_id) USING (wave_id, id)
        RETURNING wave_id, cap_id
    )
    UPDATE wave_caps AS cap SET taken = cap.taken + counted.places
      FROM (SELECT wave_id, cap_id, count(*) AS places FROM placed GROUP BY wave_id, cap_id) AS counted
     WHERE cap.wave_id = counted.wave_id AND cap.id = counted.cap_id
    """
).bindparams(*_NAMED, bindparam("responses", type_=ARRAY(Uuid)))
_OF_RESPONSES = bindparam("ids", type_=ARRAY(Uuid))
_HOLD_TAKEN = text(
    """
    SELECT cap.id FROM wave_caps AS cap
     WHERE EXISTS (SELECT FROM cap_places AS place WHERE place.response_id = ANY(:ids)
                      AND place.wave_id = cap.wave_id AND place.cap_id = cap.id)
     ORDER BY cap.wave_id, cap.id FOR UPDATE
    """
).bindparams(_OF_RESPONSES)
_FREE = text(
    """
    WITH freed AS (DELETE FROM cap_places WHERE response_id = ANY(:ids) RETURNING wave_id, cap_id)
    UPDATE wave_caps AS cap SET taken = cap.taken - counted.places
      FROM (SELECT wave_id, cap_id, count(*) AS places FROM freed GROUP BY wave_id, cap_id) AS counted
     WHERE cap.wave_id = counted.wave_id AND cap.id = counted.cap_id
    """
).bindparams(_OF_RESPONSES)
_FREE_UNNAMED = text(
    """
    WITH freed AS (
        DELETE FROM cap_places WHERE id IN (
            SELECT (SELECT place.id FROM cap_places AS place
                     WHERE place.wave_id = named.wave_id AND place.cap_id = named.id AND place.response_id IS NULL
                     ORDER BY place.id LIMIT 1)
              FROM unnest(:waves, :caps) AS named (wave_id, id))
        RETURNING wave_id, cap_id
    )
    UPDATE wave_caps AS cap SET taken = cap.taken - 1 FROM freed
     WHERE cap.wave_id = freed.wave_id AND cap.id = freed.cap_id
    """
).bindparams(*_NAMED)
_OF_ERASED = text(
    """
    SELECT response.id FROM responses AS response JOIN graduates AS person USING (graduate_id)
     WHERE response.graduate_id = ANY(:ids) AND person.erased
    """
).bindparams(_OF_RESPONSES)
_OF_RESPONSE = (
    select(cap_places.c.cap_id).where(cap_places.c.response_id == bindparam("id")).order_by(cap_places.c.cap_id)
)
_FORGET = update(cap_places).where(cap_places.c.response_id == bindparam("of_response")).values(response_id=None)


@dataclass(frozen=True)
class Place:
    """A place under a cap that a response takes; None of an answer without a person."""

    wave_id: WaveId
    cap_id: str
    response_id: ResponseId | None


async def add(connection: Connection, wave_id: WaveId, school_code: SchoolCode, caps: Sequence[Cap]) -> None:
    """Stores caps of a wave, of which nothing is taken."""
    of_wave = {"wave_id": wave_id, "school_code": school_code}
    given = [
        {**of_wave, "id": cap.id, "place": place, "condition": cap.condition, "at_most": cap.limit}
        for place, cap in enumerate(caps)
    ]
    await connection.execute_many(_ADD, given)


async def replace(
    connection: Connection, wave_id: WaveId, school_code: SchoolCode, before: Sequence[Cap], after: Sequence[Cap]
) -> None:
    """Stores other caps of a locked wave; those that are but raised keep their places."""
    if lowered(before, after):
        await connection.execute(_REMOVE, {"of_wave": wave_id})
        await add(connection, wave_id, school_code, after)
        return
    raised = [{"of_wave": wave_id, "of_cap": cap.id, "at_most": cap.limit} for cap in after]
    await connection.execute_many(_RAISE, raised)


async def hold(connection: Connection, named: Collection[CapKey]) -> dict[CapKey, int]:
    """Locks caps until the act ends: the places that each has left stay as many."""
    ordered = sorted(named)
    bound = {"waves": [wave_id for wave_id, _ in ordered], "caps": [cap_id for _, cap_id in ordered]}
    return {(WaveId(row.wave_id), row.id): row.free for row in await connection.execute(_HOLD, bound)}


async def take(connection: Connection, places: Iterable[Place]) -> None:
    """Takes places under caps that are held and have them."""
    taken = list(places)
    bound = {
        "waves": [each.wave_id for each in taken],
        "caps": [each.cap_id for each in taken],
        "responses": [each.response_id for each in taken],
    }
    if taken:
        await connection.execute(_TAKE, bound)


async def free(connection: Connection, response_ids: Sequence[ResponseId]) -> None:
    """Gives back the places of responses whose invitations are held; repeatable."""
    if await connection.execute(_HOLD_TAKEN, {"ids": response_ids}):
        await connection.execute(_FREE, {"ids": response_ids})


async def free_unnamed(connection: Connection, wave_id: WaveId, cap_ids: Sequence[str]) -> None:
    """Gives back an unnamed place under each of these caps."""
    named = {"waves": [wave_id] * len(cap_ids), "caps": sorted(cap_ids)}
    if cap_ids and await connection.execute(_HOLD, named):
        await connection.execute(_FREE_UNNAMED, named)


async def caps_of(connection: Connection, response_id: ResponseId) -> list[str]:
    """The caps under which a response holds a place."""
    return await connection.scalars(_OF_RESPONSE, {"id": response_id})


async def free_erased(connection: Connection, graduate_ids: Sequence[GraduateId]) -> None:
    """Does so for those of these graduates who are erased."""
    await free(connection, await connection.scalars(_OF_ERASED, {"ids": graduate_ids}))


async def forget(connection: Connection, response_id: ResponseId) -> None:
    """Keeps the places of a response taken, without saying by whom."""
    await connection.execute(_FORGET, {"of_response": response_id})
