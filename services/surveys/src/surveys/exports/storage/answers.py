"""What counts of a wave in SQL: whose answers, in which groups, and the sealed values part by part."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Integer, Uuid, any_, bindparam, select, text

from common import rows
from common.crypto import FieldCipher
from common.identifiers import CollegeCode, EmployerId, GraduateId, ResponseId, WaveId
from common.sql import Connection
from surveys.answers.storage.detaching import DETACHED_FIELD
from surveys.answers.storage.values import CONTENT_FIELD, FIELD, record_of
from surveys.ballots.storage import FIELD as BALLOT_FIELD
from surveys.employers.domain import Employer
from surveys.employers.tables import employers
from surveys.exports.domain.told import Reading, Told
from surveys.questionnaires.domain.content import PublishedVersion
from surveys.questionnaires.storage import as_asked, published
from surveys.roster.domain import GROUPS, Groups
from surveys.waves.domain import Wave

# what counts was submitted last and not withdrawn, excluded or erased; the release before kept it page by page
_COUNTS = """
    response.state IN ('submitted', 'open') AND response.detached_at IS NULL AND response.excluded_at IS NULL
    AND (EXISTS (SELECT FROM submitted_contents AS content
                  WHERE content.response_id = response.id AND content.version = response.effective_version)
         OR (response.effective_version IS NULL AND response.state = 'submitted'
             AND EXISTS (SELECT FROM response_pages WHERE response_id = response.id)))
"""
STANDS = f"""
    SELECT coalesce(sum(answer.part), 0) FROM (
        SELECT hashtextextended(CAST(response.id AS text) || '/' || coalesce(response.effective_version, 0), 0) AS part
          FROM responses AS response WHERE response.wave_id = {{wave}} AND {_COUNTS}
         UNION ALL
        SELECT hashtextextended(CAST(id AS text), 0) FROM detached_answers WHERE wave_id = {{wave}}
         UNION ALL
        SELECT hashtextextended(CAST(id AS text) || '/' || version, 0) FROM ballots
         WHERE wave_id = {{wave}} AND state = 'submitted') AS answer
"""
"""A sum over the answers that count of a wave: it tells whether all of them, and no others, stand still."""

_STANDS = text(STANDS.format(wave=":wave_id")).bindparams(bindparam("wave_id", type_=Uuid))
_GROUPS = ", ".join(f"groups.{name}" for name in GROUPS)
_ANSWERED = text(
    f"""
    SELECT response.id, response.effective_version, response.graduate_id, registered.destination_code,
           receipt.sensitive, CAST(receipt.recorded_at AT TIME ZONE 'Asia/Shanghai' AS date) AS agreed_on,
           response.employer_id, response.hires, {_GROUPS}
      FROM responses AS response
      LEFT JOIN roster_groups AS groups ON groups.graduate_id = response.graduate_id
      LEFT JOIN effective_registrations AS registered ON registered.graduate_id = response.graduate_id
      LEFT JOIN LATERAL (SELECT sensitive, recorded_at FROM response_consents
                          WHERE response_id = response.id ORDER BY id DESC LIMIT 1) AS receipt ON true
     WHERE response.wave_id = :wave_id AND {_COUNTS}
       AND (CAST(:college AS text) IS NULL OR groups.college_code = :college)
    """
).bindparams(bindparam("wave_id", type_=Uuid))
_DETACHED = text(
    f"""
    SELECT id, destination_code, {_GROUPS} FROM detached_answers AS groups
     WHERE wave_id = :wave_id AND (CAST(:college AS text) IS NULL OR college_code = :college)
    """
).bindparams(bindparam("wave_id", type_=Uuid))
_BALLOTS = text("SELECT id, sensitive FROM ballots WHERE wave_id = :wave_id AND state = 'submitted'").bindparams(
    bindparam("wave_id", type_=Uuid)
)
_CONTENTS = text(
    """
    SELECT content.response_id, content.version, content.values_ciphertext
      FROM unnest(:ids, :versions) AS wanted (response_id, version)
      JOIN submitted_contents AS content USING (response_id, version)
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)), bindparam("versions", type_=ARRAY(Integer)))
_PAGES = text(
    "SELECT response_id, page_id, values_ciphertext FROM response_pages WHERE response_id = ANY(:ids)"
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))
_WITHOUT_PERSON = text(
    f"""
    SELECT id, '{DETACHED_FIELD}', values_ciphertext FROM detached_answers WHERE id = ANY(:ids)
     UNION ALL
    SELECT id, '{BALLOT_FIELD}', values_ciphertext FROM ballots WHERE id = ANY(:ids) AND values_ciphertext IS NOT NULL
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))
_EMPLOYERS = select(employers).where(employers.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))))
_WEIGHTS = text("SELECT response_id, weight FROM result_weights WHERE weighting_id = :id").bindparams(
    bindparam("id", type_=Uuid)
)
_NUMBERS = text("SELECT number FROM questionnaire_versions WHERE questionnaire_id = :id ORDER BY number DESC")


class Answerer(NamedTuple):
    """Who has answered: a graduate, an employer, or no one once the answer has lost the person; `id` then says nothing.

    `version` is what was submitted last, None of what the release before kept page by page. `sensitive` and the day
    `agreed_on`, in Shanghai, are of the consent, as far as it is known; `hires` those for whom an employer speaks.
    Those of one group have one object as `groups`.
    """

    id: UUID
    version: int | None
    graduate_id: GraduateId | None
    destination_code: str | None
    sensitive: bool | None
    agreed_on: date | None
    employer_id: EmployerId | None
    hires: int | None
    groups: Groups

    @property
    def subject(self) -> UUID | None:
        """The graduate or the employer."""
        return self.graduate_id or self.employer_id


_OF_GROUPS = len(Answerer._fields) - 1
_OF_NOBODY = 2
"""Where the groups begin in a row."""


class _Known(dict[tuple[str | None, ...], Groups]):
    """Groups by what they are: most are those of many others."""

    def __missing__(self, said: tuple[str | None, ...]) -> Groups:
        found = self[said] = Groups(*said)
        return found


@dataclass(frozen=True)
class SealedPart:
    """The sealed values of some answers by their ids: in one piece with the field, or page by page."""

    whole: Mapping[UUID, tuple[str, str | UUID, bytes]]
    pages: Mapping[UUID, Sequence[tuple[str, bytes]]]


async def stands(connection: Connection, wave_id: WaveId) -> Decimal:
    """What `STANDS` gives for a wave."""
    found: Decimal = await connection.scalar(_STANDS, {"wave_id": wave_id})
    return found


async def answerers(connection: Connection, wave_id: WaveId, college: CollegeCode | None) -> list[Answerer]:
    """Everybody whose answer counts, of one college or of all."""
    bound, known = {"wave_id": wave_id, "college": college}, _Known()
    found = [
        Answerer._make((*row[:_OF_GROUPS], known[row[_OF_GROUPS:]]))
        for row in await connection.execute(_ANSWERED, bound)
    ]
    found += [
        Answerer(row.id, None, None, row.destination_code, None, None, None, None, known[row[_OF_NOBODY:]])
        for row in await connection.execute(_DETACHED, bound)
    ]
    if college is None:
        # no college is known of who holds a code
        ballots = await connection.execute(_BALLOTS, {"wave_id": wave_id})
        nothing = known[(None,) * len(GROUPS)]
        found += [Answerer(row.id, None, None, None, row.sensitive, None, None, None, nothing) for row in ballots]
    return found


async def employers_of(connection: Connection, found: Sequence[Answerer]) -> Mapping[EmployerId, Employer]:
    """The employers among those who answered."""
    ids = [*{each.employer_id for each in found if each.employer_id is not None}]
    named = rows.all(Employer, await connection.execute(_EMPLOYERS, {"ids": ids})) if ids else []
    return {each.id: each for each in named}


async def weights_of(connection: Connection, weighting_id: UUID | None) -> Mapping[UUID, float]:
    """The weight of each response that has one."""
    found = [] if weighting_id is None else await connection.execute(_WEIGHTS, {"id": weighting_id})
    return {row.response_id: row.weight for row in found}


async def sealed_part(connection: Connection, part: Sequence[Answerer]) -> SealedPart:
    """What they have answered, sealed."""
    whole = [each for each in part if each.version is not None]
    paged = [each.id for each in part if each.version is None and each.subject is not None]
    nobody = [each.id for each in part if each.subject is None]
    named = {"ids": [each.id for each in whole], "versions": [each.version for each in whole]}
    contents = await connection.execute(_CONTENTS, named) if whole else []
    without_person = await connection.execute(_WITHOUT_PERSON, {"ids": nobody}) if nobody else []
    pages: dict[UUID, list[tuple[str, bytes]]] = {each: [] for each in paged}
    for response_id, page_id, sealed in await connection.execute(_PAGES, {"ids": paged}) if paged else []:
        pages[response_id].append((page_id, sealed))
    return SealedPart(
        {row[0]: (CONTENT_FIELD, record_of(row[0], row[1]), row[2]) for row in contents}
        | {row[0]: (row[1], row[0], row[2]) for row in without_person},
        pages,
    )


def opened(cipher: FieldCipher, part: SealedPart, answer_id: UUID, read: Reading) -> Told:
    """One of the answers. CPU work, for a thread; raises UndecryptableError."""
    if sealed := part.whole.get(answer_id):
        return read.of_text(cipher.decrypt(*sealed))
    values: dict[str, Any] = {}
    for page_id, page in part.pages[answer_id]:
        values |= json.loads(cipher.decrypt(FIELD, record_of(ResponseId(answer_id), page_id), page))
    return read.of_values(values)


async def versions_of(connection: Connection, wave: Wave) -> list[PublishedVersion]:
    """All published versions of a wave's questionnaire as its school asks them: its own first, then the newest."""
    numbers, own = await connection.scalars(_NUMBERS, {"id": wave.questionnaire_id}), wave.questionnaire_version
    ordered = [own, *(number for number in numbers if number != own)]
    found = [await published(connection, wave.questionnaire_id, number) for number in ordered]
    return [await as_asked(connection, each, wave.school_code) for each in found if each is not None]
