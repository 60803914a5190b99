"""Response rates by group, kept until the school's responses or its roster change."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Request

from indicators.reading.selection import Level, Selection
from indicators.reading.snapshot import RESPONSE_TOPICS, Figures, Look
from indicators.responses.domain import ResponseFigure
from indicators.responses.storage import asking, marking, response_figures
from indicators.schemes.groupings import Group

MOST, MOST_GROUPS = 200, 200
"""Answers that are kept, and groups of one that is."""

ByGroup = Mapping[Group, ResponseFigure]


class KeptResponses:
    """Response rates as they are now: counted once for each change.

    A mark of the school is read with the watermark, in one statement; where it is the one that was read before figures
    were counted, they hold. Figures of several schools, and by names of units, are counted each time.
    """

    def __init__(self, figures: Figures) -> None:
        self._figures = figures
        self._kept: OrderedDict[object, tuple[str, ByGroup]] = OrderedDict()

    async def read(self, selection: Selection, cycle: int) -> tuple[Look, ByGroup]:
        """The figures by group, and the moment that they are of."""
        if selection.scope.level is not Level.SCHOOL or any(each.joined for each in selection.dimensions):
            return await self._counted(selection, cycle)
        question = marking(selection)
        marked = await self._figures.ask(selection.scope, lambda _live: question, topics=RESPONSE_TOPICS)
        mark: str = marked.rows[0][0]
        key = (selection.scope.code, selection.cohort, cycle, selection.by, tuple(sorted(selection.filters.items())))
        if (kept := self._kept.get(key)) is not None and kept[0] == mark:
            self._kept.move_to_end(key)
            return marked, kept[1]
        look, found = await self._counted(selection, cycle)
        if len(found) <= MOST_GROUPS:
            self._kept[key] = mark, found
            self._kept.move_to_end(key)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return look, found

    async def _counted(self, selection: Selection, cycle: int) -> tuple[Look, ByGroup]:
        question = asking(selection, cycle)
        answer = await self._figures.ask(selection.scope, lambda _live: question, topics=RESPONSE_TOPICS)
        return answer, response_figures(answer)


async def kept_responses_of(request: Request) -> KeptResponses:
    """The application's."""
    kept: KeptResponses = request.app.state.kept_responses
    return kept


KeptResponsesOf = Annotated[KeptResponses, Depends(kept_responses_of)]
