"""Figures of a table: exact, rounded once, as strings with two places."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from common.estimates import mean_by_hires, quantile, weighted_quantile
from common.rounding import fixed
from surveys.results.domain.questions import Said, Shape, Tabled

Figure = dict[str, Any]
"""A figure by the names of its fields, ready for JSON."""

ONE = Fraction(1)
QUARTILES = {"p25": Fraction(1, 4), "median": Fraction(1, 2), "p75": Fraction(3, 4)}
PROMOTERS, DETRACTORS = frozenset({"9", "10"}), frozenset(f"{step}" for step in range(7))


@dataclass(frozen=True)
class Vote:
    """What one answer says in a group; `weight` where answers are weighted, `person` and `hires` of employers."""

    said: Said
    weight: Fraction | None = None
    person: str = ""
    hires: int | None = None

    @property
    def counts(self) -> Fraction:
        """As how many answers it counts."""
        return ONE if self.weight is None else self.weight


def figure_of(tabled: Tabled, votes: Sequence[Vote]) -> Figure:
    """The figure of a group with one answer at least; with weights all of it but `n` and `count` is weighted."""
    figure: dict[str, Any] = {"n": len(votes), "cells": [], "mean": None, "nps": None}
    if tabled.shape is not Shape.AMOUNTS:
        figure["cells"] = _cells(tabled, votes)
    numbers = [(vote.said.number, vote.counts) for vote in votes if vote.said.number is not None]
    if numbers:
        figure["mean"] = fixed(_mean(numbers))
    if tabled.shape is Shape.AMOUNTS:
        weighted, ordered = votes[0].weight is not None, sorted(number for number, _ in numbers)
        figure |= {
            name: fixed(weighted_quantile(numbers, at) if weighted else quantile(ordered, at))
            for name, at in QUARTILES.items()
        }
    if tabled.has_nps:
        figure["nps"] = fixed(100 * (_part(votes, PROMOTERS) - _part(votes, DETRACTORS)))
    if numbers and votes[0].hires is not None:
        alike, by_hires = per_employer(votes)
        figure |= {"per_employer": fixed(alike), "per_graduate": None if by_hires is None else fixed(by_hires)}
    return figure


def per_employer(votes: Sequence[Vote]) -> tuple[Fraction, Fraction | None]:
    """The mean of employers' scores, one vote each, and by graduates hired; None where one has more than half of them.

    Several answers of one employer are one vote, their mean, with the sum of their hires.
    """
    scores, hires = defaultdict[str, list[Fraction]](list), defaultdict[str, int](int)
    for vote in votes:
        if vote.said.number is not None:
            scores[vote.person].append(vote.said.number)
            hires[vote.person] += vote.hires or 0
    means = [sum(said, Fraction()) / len(said) for said in scores.values()]
    return sum(means, Fraction()) / len(means), mean_by_hires(means, [hires[person] for person in scores])


def _cells(tabled: Tabled, votes: Sequence[Vote]) -> list[Figure]:
    """Options in their order; else what was answered, the most frequent first. Of a ranking the first places."""
    counts, weights = defaultdict[str, int](int), defaultdict[str, Fraction](Fraction)
    places = defaultdict[str, list[tuple[Fraction, Fraction]]](list)
    ranked = tabled.shape is Shape.RANKED
    for vote in votes:
        for cell in vote.said.cells[:1] if ranked else vote.said.cells:
            counts[cell] += 1
            weights[cell] += vote.counts
        for place, cell in enumerate(vote.said.cells if ranked else (), 1):
            places[cell].append((Fraction(place), vote.counts))
    total = sum((vote.counts for vote in votes), Fraction())
    return [
        {
            "value": cell,
            "count": counts[cell],
            "share": fixed(100 * weights[cell] / total),
            **(
                {"mean_place": fixed(_mean(places[cell])) if places[cell] else None}
                if tabled.shape is Shape.RANKED
                else {}
            ),
        }
        for cell in tabled.listed or sorted(counts, key=lambda cell: (-counts[cell], cell))
    ]


def _mean(numbers: Sequence[tuple[Fraction, Fraction]]) -> Fraction:
    total = sum((weight for _, weight in numbers), Fraction())
    return sum((number * weight for number, weight in numbers), Fraction()) / total


def _part(votes: Sequence[Vote], cells: frozenset[str]) -> Fraction:
    """Which part of the votes is in these cells."""
    inside = sum((vote.counts for vote in votes if cells & set(vote.said.cells)), Fraction())
    return inside / sum((vote.counts for vote in votes), Fraction())
