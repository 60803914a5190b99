"""The newest edition of a wave is counted once more: what it has shown anew must be what its answers say."""

import asyncio
from uuid import UUID

from common.crypto import FieldCipher
from common.identifiers import WaveId
from common.shown_groups.asking import Frame, bits_of
from common.shown_groups.tables import shown_of
from common.sql import Connection
from surveys.questionnaires.storage import published
from surveys.results.domain.editions import Results, frame_of, results_of, sayings_of
from surveys.results.domain.questions import tabled
from surveys.results.storage import editions as storage
from surveys.results.storage.answers import counted_answers, has_detached
from surveys.waves import storage as waves
from surveys.waves.domain import Anonymity


async def recounted(connection: Connection, cipher: FieldCipher, wave_id: WaveId) -> tuple[UUID, bool] | None:
    """The newest edition of a wave, and whether a recount agrees with it.

    None where its answers are not all there any more: since it was taken some have changed, gone, or lost the person.
    """
    edition = await storage.newest(connection, wave_id)
    wave = await waves.current(connection, wave_id)
    if edition is None or await storage.changes(connection, wave_id) or await has_detached(connection, wave_id):
        return None
    [*_, memory] = await storage.memories(connection, wave_id)
    content = await published(connection, wave.questionnaire_id, wave.questionnaire_version)
    assert content is not None, "a wave refers to a published version by a foreign key"
    answers = await counted_answers(connection, cipher, wave, content)
    # as it is read again
    frame = Frame.model_validate_json(frame_of(answers).model_dump_json())
    if frame != memory.frame:
        # nothing marks that a ballot has gone
        gone = wave.anonymity is Anonymity.UNLINKABLE and set(frame.ids) < set(memory.frame.ids)
        return None if gone else (edition.id, False)
    # a release before may have taken the edition, which had no tables of what is calculated
    variables = [each for each in tabled(content) if each.variable in memory.variables]
    sayings = await asyncio.to_thread(sayings_of, variables, answers)
    shown = [shown_of(memory.base(each.variable).shown) for each in variables]
    agrees = all(memory.base(name).bits == bits_of([*said]) for name, said in sayings.items())
    found = await asyncio.to_thread(results_of, variables, sayings, answers, shown)
    return edition.id, agrees and _holds(await storage.results(connection, edition.id), found)


def _holds(kept: Results, found: Results) -> bool:
    """Whether every figure found is kept; kept ones of earlier editions stand beside them."""
    return all(
        kept.get(place, {}).get(key) == figure for place, figures in found.items() for key, figure in figures.items()
    )
