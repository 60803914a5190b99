"""What is calculated from an answer, so that it counts in tables: answers are kept without it."""

from collections.abc import Mapping
from datetime import date
from typing import Self

from common.clock import SHANGHAI
from surveys.questionnaires.domain.content import PublishedVersion
from surveys.questionnaires.domain.facts import Facts, facts_of
from surveys.questionnaires.domain.logic import logic_of
from surveys.results.domain.dimensions import DIMENSIONS, Key
from surveys.results.domain.questions import calculated_in
from surveys.waves.domain import Wave


class Calculating:
    """Adds what a wave's questionnaire calculates to values by question.

    Expressions know the strata as of the wave's creation, as tables do, so that a recount later finds the same.
    """

    def __init__(self, content: PublishedVersion, known: Mapping[str, object], last_day: date) -> None:
        self._names = calculated_in(content)
        self._logic = logic_of(content) if self._names else None
        self._known, self._last_day = known, last_day

    @classmethod
    def in_wave(cls, content: PublishedVersion, wave: Wave) -> Self:
        """What all answers of a wave have in common."""
        known = {"roster_cohort": wave.cohort, "roster_school": wave.school_code, "wave_cycle": wave.cycle}
        return cls(content, known, wave.closes_at.astimezone(SHANGHAI).date())

    def of(
        self, values: Mapping[str, object], group: Key, day: date | None, employer: Mapping[str, object]
    ) -> Mapping[str, object]:
        """The values with numbers and booleans that were calculated; without a day `today()` is that of the close."""
        if self._logic is None:
            return values
        strata = {f"roster_{name}": code for name, code in zip(DIMENSIONS, group, strict=True)}
        facts = Facts(day or self._last_day, facts_of({**self._known, **strata, **employer}))
        found = self._logic.judge(values, facts).calculated
        return {**values, **{name: found[name] for name in self._names if found.get(name) is not None}}
