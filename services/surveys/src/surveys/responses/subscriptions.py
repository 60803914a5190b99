"""Registry's events → responses: of who is erased nothing stays of what was answered, here or elsewhere."""

from collections.abc import Sequence

from common.consuming.graduates import erasing
from common.contracts import IncomingEvent
from common.contracts.graduate import erased_among
from common.database import UnitOfWork
from common.identifiers import GraduateId
from common.sql import Connection
from surveys.measures.commands import take_back_erased
from surveys.papers import storage as papers
from surveys.quality.storage import forget_reasons
from surveys.responses import storage
from surveys.waves import storage as waves


async def destroy(connection: Connection, graduate_ids: Sequence[GraduateId]) -> None:
    """Destroys answers and links of graduates who are erased, and makes figures of their waves count anew in time."""
    await waves.note_erased(connection, graduate_ids)
    await storage.erase_answers(connection, graduate_ids)
    await forget_reasons(connection, graduate_ids)


_erase = erasing(destroy)
_drop_papers = erasing(papers.drop_erased)


async def erase_answers(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    """Destroys answers and links of graduates who are erased, once the roster says so, and what answers gave."""
    await _erase(unit, events)
    await _drop_papers(unit, events)
    await take_back_erased(unit, [*map(GraduateId, erased_among(event.data for event in events))])
