"""What the days of a graduate's life and the cohort say together: what cannot be, and what is worth a look. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from common.identifiers import Cohort
from registry.graduates.domain.identity import birth_date as born_by

COMPARED = ("citizen_id", "birth_date", "enrolled_on", "graduated_on")
"""Fields that may contradict each other."""

Finding = tuple[tuple[str, ...], str]
"""The fields that a rule is about, the one at fault first, and the rule."""

_GRADUATION = range(-10, 11)
_USUAL_GRADUATION = range(-2, 3)
_STUDY = range(31)
_USUAL_STUDY = range(13)
_USUAL_AGES = range(14, 71)


@dataclass(frozen=True)
class Days:
    """The days of a graduate, each of them right by itself; `born_by_id` as the citizen id says."""

    cohort: Cohort
    born_by_id: date | None
    birth_date: date | None
    enrolled_on: date | None
    graduated_on: date | None

    @staticmethod
    def of(
        cohort: Cohort,
        citizen_id: str | None = None,
        birth_date: date | None = None,
        enrolled_on: date | None = None,
        graduated_on: date | None = None,
    ) -> "Days":
        """The days of one graduate; those of many are the same."""
        return _shared(cohort, born_by(citizen_id) if citizen_id else None, birth_date, enrolled_on, graduated_on)

    @property
    def born(self) -> date | None:
        """As stated, else as the citizen id says."""
        return self.birth_date or self.born_by_id

    @cached_property
    def contradictions(self) -> tuple[Finding, ...]:
        """What cannot be."""
        return tuple(self._contradictions())

    @cached_property
    def oddities(self) -> tuple[Finding, ...]:
        """What is seldom right."""
        return tuple(self._oddities())

    def _contradictions(self) -> Iterator[Finding]:
        if self.birth_date and self.born_by_id not in {None, self.birth_date}:
            yield ("birth_date", "citizen_id"), "birth_date_contradicts_citizen_id"
        if self.enrolled_on and self.graduated_on and self.graduated_on < self.enrolled_on:
            yield ("graduated_on", "enrolled_on"), "graduated_after_enrolled"
        if self.born and (self.born.year >= self.cohort or (self.enrolled_on and self.born >= self.enrolled_on)):
            yield ("birth_date", "enrolled_on", "citizen_id"), "born_before_enrolled"
        yield from self._outside(_GRADUATION, _STUDY, "far_from_cohort")

    def _oddities(self) -> Iterator[Finding]:
        if self.born and self.cohort - self.born.year not in _USUAL_AGES:
            yield ("birth_date", "citizen_id"), "age_unusual"
        yield from self._outside(_USUAL_GRADUATION, _USUAL_STUDY, "unusual_for_cohort")

    def _outside(self, graduation: range, study: range, rule: str) -> Iterator[Finding]:
        if self.graduated_on and self.graduated_on.year - self.cohort not in graduation:
            yield ("graduated_on",), rule
        if self.enrolled_on and self.cohort - self.enrolled_on.year not in study:
            yield ("enrolled_on",), rule


_shared = lru_cache(maxsize=4_096)(Days)
