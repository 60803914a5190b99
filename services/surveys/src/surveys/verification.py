"""Proves that what is stored of answers fits together, and that what was announced of them is what they say now.

Each part is read by one statement, which sees one moment, so that answers are given beside it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Text, Uuid, bindparam, text

from common.contracts import measure, response
from common.crypto import FieldCipher, UndecryptableError
from common.database import Database
from common.identifiers import SchoolCode
from common.observability import logger
from common.sql import Connection, Row
from common.verifying import MAX_SHOWN, Verified
from surveys.answers.storage import Values
from surveys.answers.storage.freezing import waves_kept
from surveys.answers.storage.values import opened
from surveys.ballots.storage.sendings import promises
from surveys.directory import verify_hires
from surveys.employers.storage import contacts
from surveys.exports.operations.groups_shown import groups_shown
from surveys.exports.storage.requests import files_kept
from surveys.histories import verify_registrations, verify_roster
from surveys.invariants import INVARIANTS
from surveys.measures.announcements import said
from surveys.measures.domain import Given, values_given
from surveys.papers import storage as papers
from surveys.questionnaires.domain.content import Content
from surveys.questionnaires.domain.meanings import is_refusal
from surveys.questionnaires.domain.questions import kind_of
from surveys.questionnaires.storage import published
from surveys.results.commands import recounted
from surveys.results.storage.editions import counted_waves
from surveys.settings import Settings
from surveys.waves.domain import measured_cycle

PART = 500
"""Responses of one statement, with all that was submitted last."""

_log = logger(__name__)
_FIRST = UUID(int=0)
_RESPONSES = text(
    f"""
    WITH part AS (
         SELECT * FROM responses
          WHERE id > :after AND (CAST(:school AS text) IS NULL OR school_code = :school) ORDER BY id LIMIT :part
    )
    SELECT part.*, waves.audience, waves.cycle, waves.questionnaire_id, waves.questionnaire_version,
           coalesce(graduates.erased, false) AS erased, content.values_ciphertext,
           content.completeness AS submitted_completeness, content.mode AS submitted_mode,
           (SELECT count(*) FROM submitted_contents WHERE response_id = part.id) AS contents,
           (SELECT count(*) FROM response_pages WHERE response_id = part.id) AS pages,
           EXISTS (SELECT FROM responses AS other WHERE other.invitation_id = part.invitation_id
                      AND other.id <> part.id AND other.effective_version IS NOT NULL) AS others_stand,
           said.data AS said, measured.type AS measured_type, measured.data AS measured
      FROM part JOIN waves ON waves.id = part.wave_id
      LEFT JOIN graduates ON graduates.graduate_id = part.graduate_id
      LEFT JOIN submitted_contents AS content
        ON content.response_id = part.id AND content.version = part.effective_version
      LEFT JOIN outbox AS said ON said.topic = '{response.TOPIC}'
           AND said.key = CAST(coalesce(part.graduate_id, part.employer_id) AS text)
                              AND said.sequence = CASE
               WHEN part.employer_id IS NULL OR part.announced_sequence IS NULL THEN part.announced_sequence
               ELSE (SELECT max(announced_sequence) FROM responses WHERE invitation_id = part.invitation_id) END
      LEFT JOIN LATERAL (
           SELECT type, data FROM outbox
            WHERE topic = '{measure.TOPIC}' AND key = CAST(coalesce(part.graduate_id, part.employer_id) AS text)
              AND data ->> 'response_id' = CAST(part.id AS text) ORDER BY sequence DESC LIMIT 1
      ) AS measured ON true
     ORDER BY part.id
    """
).bindparams(bindparam("after", type_=Uuid), bindparam("part", type_=Integer), bindparam("school", type_=Text))

_COUNTED = {
    check: text(
        f"""
        SELECT count(*) AS compared, count(*) FILTER (WHERE differs) AS differences,
               (array_agg(id ORDER BY id) FILTER (WHERE differs))[1:{MAX_SHOWN}] AS named FROM ({found}) AS found
        """
    ).bindparams(bindparam("school", type_=Text))
    for check, found in INVARIANTS.items()
}

Fits = Callable[[Row, Values | None, Content], bool]
"""Whether a response fits, with what counts of it (None: it cannot be read, or there is none) and what it answers."""


Sealed = Callable[[Connection, FieldCipher, SchoolCode | None, UUID, int], Awaitable[Sequence[tuple[UUID, bool]]]]
"""Reads the next rows that hold something sealed, each with whether it is wrong."""


def contents_fit(row: Row, values: Values | None, _: Content) -> bool:
    """What counts can be read, and is gone where the answer was withdrawn or lost the person, or the person is erased.

    What the release before submitted stands page by page.
    """
    if row.erased or row.detached_at is not None or row.state == "withdrawn":
        return not row.contents and not row.pages and (row.state != "withdrawn" or row.effective_version is None)
    if row.effective_version is None:
        return not row.contents and not (row.state == "screened_out" and row.pages)
    submitted = (row.submitted_completeness, row.submitted_mode)
    drafted = row.state == "submitted" and row.pages
    return values is not None and submitted == (row.completeness, row.mode) and not drafted


def counts_fit(row: Row, values: Values | None, content: Content) -> bool:
    """The newest event says the state, and how many questions are answered: as many as the answer answers."""
    stands = "submitted" if row.state == "open" and row.effective_version is not None else row.state
    if row.announced_sequence is None:
        return stands in ("open", "screened_out")
    stated = {"state": stands, "wave_id": str(row.wave_id)}
    if row.employer_id is None:
        stated |= {name: row[name] for name in ("questions_answered", "questions_total")}
    elif row.others_stand:
        # of an employer it is said last whether any of its answers stands
        stated["state"] = "submitted"
    if row.said is None or not stated.items() <= row.said.items():
        return False
    return values is None or row.questions_answered == answered_among(content, values)


def measures_fit(row: Row, values: Values | None, content: Content) -> bool:
    """What was announced last gives what the answer gives now; nothing once it was taken back."""
    is_given = row.measured_type == measure.RECORDED
    if row.measured_version is None or not is_given:
        # before measures there were answers, too
        stands = values is not None and row.effective_version is not None and row.state != "withdrawn"
        stands = stands and row.excluded_at is None
        gives = stands and bool(_values_given(row, content, values or {}))
        return row.measured_version is None and not is_given and not gives
    if values is None:
        # what the release before submitted cannot be read as a whole, but stands
        return row.effective_version is None and row.state == "submitted" and not row.erased
    given = [each.model_dump(mode="json") for each in said(_values_given(row, content, values))]
    # an answer that was excluded gives its measures anew when it is included, without being submitted anew
    versions = row.measured["response_version"] == row.measured_version >= row.effective_version
    return bool(versions and row.excluded_at is None and row.measured["values"] == given)


def _values_given(row: Row, content: Content, values: Values) -> tuple[Given, ...]:
    return values_given(content, values, measured_cycle(row.audience, row.cycle))


def answered_among(content: Content, values: Values) -> int:
    """How many questions these values answer, none of which is hidden; a refusal is an answer."""
    count = 0
    for question in content.questions:
        kind, given = kind_of(question), values.get(question.id)
        if kind.asks and given is not None:
            count += is_refusal(given) or kind.is_whole(question, kind.values(question, given))
    return count


async def verify_invariant(
    check: str, database: Database, _settings: Settings, school: SchoolCode | None = None
) -> Verified:
    """Counts what an invariant finds wrong."""
    async with database.reading() as connection:
        verified = await wrong_by(check, connection, school)
    for each in verified.named:
        _log.error("Difference", check=check, id=each)
    return verified


async def wrong_by(check: str, connection: Connection, school: SchoolCode | None) -> Verified:
    """What an invariant finds wrong among what a connection sees."""
    row = (await connection.execute(_COUNTED[check], {"school": school})).one()
    return Verified(check, row.compared, row.differences, [*(row.named or ())])


async def verify_noted(
    check: str,
    read: Callable[[Connection, SchoolCode | None], Awaitable[Sequence[tuple[UUID, bool]]]],
    database: Database,
    _settings: Settings,
    school: SchoolCode | None = None,
) -> Verified:
    """Notes each thing that is read, and whether it differs from what must hold."""
    verified = Verified(check)
    async with database.reading() as connection:
        for each, differs in await read(connection, school):
            verified.note(each, differs=differs)
    return verified


async def verify_sealed(
    check: str, parts: Sealed, database: Database, settings: Settings, school: SchoolCode | None = None
) -> Verified:
    """Reads what is sealed, part by part, and notes what cannot be read or says something else than its row."""
    verified, cipher = Verified(check), FieldCipher.load(settings.keyring_file)
    after, count = _FIRST, PART
    while count == PART:
        async with database.reading() as connection:
            found = await parts(connection, cipher, school, after, PART)
        for after, differs in found:
            verified.note(after, differs=differs)
        count = len(found)
    return verified


async def verify_groups(database: Database, settings: Settings, school: SchoolCode | None = None) -> Verified:
    """Counts once more which groups kept files show, of one school or of all."""
    verified, cipher = Verified("groups"), FieldCipher.load(settings.keyring_file)
    async for export_id, differs in groups_shown(database, cipher, school):
        verified.note(export_id, differs=differs)
    return verified


async def verify_answers(
    check: str, fits: Fits, database: Database, settings: Settings, school: SchoolCode | None = None
) -> Verified:
    """Asks of each response whether it fits, of one school or of all."""
    verified, cipher = Verified(check), FieldCipher.load(settings.keyring_file)
    async for row, content in _each(database, school):
        verified.note(row.id, differs=not fits(row, _read(cipher, row), content))
    return verified


def _read(cipher: FieldCipher, row: Row) -> Values | None:
    if row.values_ciphertext is None:
        return None
    try:
        return opened(cipher, row.id, row.effective_version, row.values_ciphertext)
    except UndecryptableError:
        return None


async def _each(database: Database, school: SchoolCode | None) -> AsyncIterator[tuple[Row, Content]]:
    after, count = _FIRST, PART
    while count == PART:
        async with database.reading() as connection:
            found = await connection.execute(_RESPONSES, {"after": after, "part": PART, "school": school})
            asked = {
                place: await published(connection, *place)
                for place in {(row.questionnaire_id, row.questionnaire_version) for row in found}
            }
        for row in found:
            content: Any = asked[row.questionnaire_id, row.questionnaire_version]
            yield row, content
            after = row.id
        count = len(found)


async def verify_results(database: Database, settings: Settings, school: SchoolCode | None = None) -> Verified:
    """Asks of the newest edition of each wave whether a recount agrees, of one school or of all."""
    verified, cipher = Verified("results"), FieldCipher.load(settings.keyring_file)
    async with database.reading() as connection:
        found = await counted_waves(connection, school)
    for wave_id in found:
        async with database.reading(snapshot=True) as connection:
            counted = await recounted(connection, cipher, wave_id)
        if counted is not None:
            edition_id, agrees = counted
            verified.note(edition_id, differs=not agrees)
    return verified


CHECKS: Mapping[str, Callable[..., Awaitable[Verified]]] = MappingProxyType(
    {
        "roster": verify_roster,
        "registrations": verify_registrations,
        "contents": partial(verify_answers, "contents", contents_fit),
        "counts": partial(verify_answers, "counts", counts_fit),
        "measures": partial(verify_answers, "measures", measures_fit),
        "waves": partial(verify_noted, "waves", waves_kept),
        **{name: partial(verify_invariant, name) for name in INVARIANTS},
        "contacts_sealed": partial(verify_sealed, "contacts_sealed", contacts.sealed_part),
        "papers_sealed": partial(verify_sealed, "papers_sealed", papers.sealed_part),
        "hires": verify_hires,
        "exports": partial(verify_noted, "exports", files_kept),
        "groups": verify_groups,
        "promises": partial(verify_noted, "promises", promises),
        "results": verify_results,
    }
)
"""All checks by name, in their order; each takes the database, the settings and a school, None for all."""
