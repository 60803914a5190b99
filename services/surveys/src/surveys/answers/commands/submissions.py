"""Submissions of one process, hundreds of them in one transaction."""

from collections.abc import Sequence
from functools import partial

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database, DatabaseRestored, DatabaseUnavailable
from common.errors import ExpectedVersion
from common.grouping import WAITING, Grouping
from common.observability.correlation import current_correlation_id, current_traceparent
from common.once import Once
from surveys.answers.commands.following import Holder, acted
from surveys.answers.commands.holding import Answer
from surveys.answers.commands.saving import submit
from surveys.answers.commands.together import Outcome, Submitting, submit_all
from surveys.answers.storage import Values
from surveys.ballots.domain import Ballot
from surveys.responses.domain import Mode


class Submissions:
    """Takes submissions of requests; each hears what came of it once that is committed."""

    def __init__(self, database: Database, cipher: FieldCipher, waiting: int = WAITING) -> None:
        self._database, self._cipher = database, cipher
        self._act = partial(submit, cipher=cipher)
        self._grouping = Grouping(self._together, self._alone, is_lost=_is_lost, waiting=waiting)

    async def submit(
        self,
        *,
        holder: Holder,
        expected: ExpectedVersion,
        values: Values,
        mode: Mode = Mode.API,
        once: Once | None = None,
    ) -> Answer:
        """What the command `submit` returns and raises, and what `Database.act` raises; or Overloaded."""
        if isinstance(holder, Ballot):
            # of which no two may stand together anywhere
            act = partial(self._act, invitation=holder, expected=expected, values=values, mode=mode)
            return await acted(self._database, holder, act, once)
        cause = (current_correlation_id(), current_traceparent())
        return await self._grouping.do(Submitting(holder, expected, values, mode, once, cause))

    async def _together(self, asked: Sequence[Submitting]) -> list[Outcome]:
        return await self._database.act(SYSTEM, partial(submit_all, cipher=self._cipher, asked=asked))

    async def _alone(self, asked: Submitting) -> Answer:
        given = {name: getattr(asked, name) for name in ("invitation", "expected", "values", "mode")}
        return await acted(self._database, asked.invitation, partial(self._act, **given), asked.once)


def _is_lost(error: Exception) -> bool:
    """Whether doing it once more could do it twice, or would not help."""
    return isinstance(error, DatabaseUnavailable | DatabaseRestored)
