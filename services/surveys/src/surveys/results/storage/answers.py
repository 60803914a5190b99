"""The answers that count in figures of a wave, in SQL."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import text

from common.crypto import FieldCipher
from common.identifiers import ResponseId, WaveId
from common.sql import Connection, Row
from surveys.answers.storage import Values, pages_of
from surveys.answers.storage.detaching import opened_detached
from surveys.answers.storage.values import opened
from surveys.ballots import storage as ballots
from surveys.ballots.domain import Ballot
from surveys.questionnaires.domain.content import PublishedVersion
from surveys.results.domain.calculated import Calculating
from surveys.results.domain.dimensions import DIMENSIONS, Key
from surveys.results.domain.editions import CountedAnswer
from surveys.roster.domain import destination_class_of, level_of
from surveys.waves.domain import Anonymity, Wave

_GROUP = ", ".join(f"asked.{name}" for name in DIMENSIONS)
_ANSWERS = text(
    f"""
    SELECT response.id, coalesce(response.effective_version, response.version) AS version, content.values_ciphertext,
           {_GROUP}, asked.sex, response.employer_id,
           CASE WHEN wave.unit = 'hire' THEN 1 ELSE response.hires END AS hires
      FROM responses AS response JOIN waves AS wave ON wave.id = response.wave_id
      LEFT JOIN submitted_contents AS content
        ON content.response_id = response.id AND content.version = response.effective_version
      LEFT JOIN wave_eligible AS asked
        ON asked.wave_id = response.wave_id AND asked.graduate_id = response.graduate_id
     WHERE response.wave_id = :wave_id AND response.excluded_at IS NULL
       AND (content.response_id IS NOT NULL OR (
               -- the release before kept what was submitted page by page
               response.state = 'submitted' AND response.effective_version IS NULL AND EXISTS (
                   SELECT FROM response_pages AS page WHERE page.response_id = response.id)))
     ORDER BY response.id
    """
)
_DETACHED = text("SELECT * FROM detached_answers WHERE wave_id = :wave_id ORDER BY id")
_HAS_DETACHED = text("SELECT EXISTS (SELECT FROM detached_answers WHERE wave_id = :wave_id)")


async def counted_answers(
    connection: Connection, cipher: FieldCipher, wave: Wave, content: PublishedVersion
) -> list[CountedAnswer]:
    """The answers that count, but for those that have lost the person: submitted, not withdrawn, excluded or erased.

    Of an unlinkable wave, and of employers, no group is known.
    """
    calculating = Calculating.in_wave(content, wave)
    if wave.anonymity is Anonymity.UNLINKABLE:
        given = sorted(await ballots.given(connection, wave.id), key=lambda ballot: ballot.id)
        return await asyncio.to_thread(_of_ballots, cipher, given, calculating)
    rows = await connection.execute(_ANSWERS, {"wave_id": wave.id})
    before: dict[UUID, Values] = {}
    for row in rows:
        if row.values_ciphertext is None:
            pages = await pages_of(connection, cipher, ResponseId(row.id))
            before[row.id] = {name: value for page in pages for name, value in page["values"].items()}
    # decrypting thousands of answers would hold up every request of this process
    return await asyncio.to_thread(_opened, cipher, rows, before, calculating)


async def has_detached(connection: Connection, wave_id: WaveId) -> bool:
    """Whether answers of the wave have lost the person, so that nothing says which they are among those counted."""
    return bool(await connection.scalar(_HAS_DETACHED, {"wave_id": wave_id}))


async def detached_answers(
    connection: Connection, cipher: FieldCipher, wave: Wave, content: PublishedVersion
) -> list[CountedAnswer]:
    """The answers without the person, each by its own id."""
    rows = await connection.execute(_DETACHED, {"wave_id": wave.id})
    return await asyncio.to_thread(_opened_detached, cipher, rows, Calculating.in_wave(content, wave))


def pseudonym(cipher: FieldCipher, answer_id: UUID) -> str:
    """What tells answers apart in what an edition remembers; without our keys it leads to none."""
    return cipher.fingerprint(b"edition:" + answer_id.bytes).hex()[:24]


def _opened(
    cipher: FieldCipher, rows: Sequence[Row], before: Mapping[UUID, Values], calculating: Calculating
) -> list[CountedAnswer]:
    made = []
    for row in rows:
        values = before.get(row.id)
        if values is None:
            values = opened(cipher, ResponseId(row.id), row.version, row.values_ciphertext)
        group = tuple(row[name] for name in DIMENSIONS)
        answer = _counted(cipher, row, row.version, group, row.sex, calculating.of(values))
        if row.employer_id is not None:
            # an employer who answers for each graduate hired has one vote
            answer = replace(answer, person=pseudonym(cipher, row.employer_id), hires=row.hires)
        made.append(answer)
    return made


def _of_ballots(cipher: FieldCipher, given: Sequence[Ballot], calculating: Calculating) -> list[CountedAnswer]:
    made, group = [], (None,) * len(DIMENSIONS)
    for ballot in given:
        whose = pseudonym(cipher, ballot.id)
        values = calculating.of(ballots.values_of(cipher, ballot))
        made.append(CountedAnswer(ballot.id, whose, f"{whose}.{ballot.version}", group, None, values))
    return made


def _opened_detached(cipher: FieldCipher, rows: Sequence[Row], calculating: Calculating) -> list[CountedAnswer]:
    made = []
    for row in rows:
        values = calculating.of(opened_detached(cipher, row.id, row.values_ciphertext))
        made.append(_counted(cipher, row, 0, _group_of(row), row.sex_code, values))
    return made


def _counted(
    cipher: FieldCipher, row: Row, version: int, group: Key, sex: str | None, values: Mapping[str, object]
) -> CountedAnswer:
    whose = pseudonym(cipher, row.id)
    return CountedAnswer(ResponseId(row.id), whose, f"{whose}.{version}", group, sex, values)


def _group_of(row: Row) -> Key:
    """The strata of an answer without the person, from the codes that are kept with it."""
    known = {
        "education_level": level_of(row.education_level_code),
        "college": row.college_code,
        "major": row.major_code,
        "destination_class": destination_class_of(row.destination_code),
        "study_form": row.study_form,
    }
    return tuple(known[name] for name in DIMENSIONS)
