"""What is calculated from an answer, so that it counts in tables: answers are kept without it."""

from collections.abc import Mapping
from datetime import date
from typing import Self

from common.clock import SHANGHAI
from surveys.questionnaires.domain.content import PublishedVersion
from surveys.questionnaires.domain.facts import Facts, facts_of
from surveys.questionnaires.domain.logic import logic_of
from surveys.results.domain.questions import calculated_in
from surveys.waves.domain import Wave


class Calculating:
    """Adds what a wave's questionnaire calculates to values by question.

    Nothing of it hangs on who answers, nor on the day, but on the answers and the wave.
    """

    def __init__(self, content: PublishedVersion, known: Mapping[str, object], last_day: date) -> None:
        self._names = calculated_in(content)
        self._logic = logic_of(content) if self._names else None
        self._facts = Facts(last_day, facts_of(known))

    @classmethod
    def in_wave(cls, content: PublishedVersion, wave: Wave) -> Self:
        """What all answers of a wave have in common."""
        known = {"roster_cohort": wave.cohort, "roster_school": wave.school_code, "wave_cycle": wave.cycle}
        return cls(content, known, wave.closes_at.astimezone(SHANGHAI).date())

    def of(self, values: Mapping[str, object]) -> Mapping[str, object]:
        """The values with numbers and booleans that were calculated."""
        if self._logic is None:
            return values
        found = self._logic.judge(values, self._facts).calculated
        return {**values, **{name: found[name] for name in self._names if found.get(name) is not None}}
