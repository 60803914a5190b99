"""The holder of a link sends files, which values of the answer then name."""

from dataclasses import dataclass
from uuid import UUID

from common.database import UnitOfWork
from common.errors import FieldProblem, Versions
from common.objects import ObjectName, keep
from surveys.answers.commands.following import Holder
from surveys.answers.commands.holding import Sheet, answerable, audit, must_be_open
from surveys.answers.domain import MAX_FILES, TooManyFiles
from surveys.answers.storage import files
from surveys.ballots.domain import Ballot, NotForUnlinkable
from surveys.privacy.storage import receipts


@dataclass(frozen=True)
class AnswerFile:
    """A file of an answer; it never changes."""

    id: UUID
    version: int = 1


async def add_file(unit: UnitOfWork, *, invitation: Holder, name: ObjectName, media_type: str) -> AnswerFile:
    """Keeps a stored file for an answer.

    Raises LinkRefused, WaveNotOpen, NotForUnlinkable, AlreadySubmitted, ConsentRequired, or TooManyFiles.
    """
    _, response = await answerable(unit, invitation, Versions(any=True))
    must_take_files(response)
    assert not isinstance(response, Ballot), "it takes none"
    must_be_open(response)
    await receipts.must_be_given(unit.connection, response.id)
    if await files.count(unit.connection, response.id) >= MAX_FILES:
        raise TooManyFiles
    await keep(unit, name)
    added = await files.add(unit.connection, response, name, media_type)
    await audit(unit, "add_file", response)
    return AnswerFile(added)


def must_take_files(response: Sheet) -> None:
    """Raises NotForUnlinkable: a file can say who sent it."""
    if isinstance(response, Ballot):
        raise NotForUnlinkable([FieldProblem("/file", NotForUnlinkable.code, NotForUnlinkable.title)])
