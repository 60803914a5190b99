"""Weights (加权): answers stand for more or fewer people, so that groups count as they do in the population."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import NewType
from uuid import UUID

from common.errors import Conflict, FieldProblem, Invalid, Message, RulesBroken
from surveys.results.domain.dimensions import DIMENSIONS, Key
from surveys.results.domain.editions import CountedAnswer

WeightingId = NewType("WeightingId", UUID)

WEIGHED_BY = (*DIMENSIONS, "sex")

MAX_ROUNDS = 200
MAX_ERROR = 1e-8
"""By so much margins may be missed after so many rounds (contract of surveys, 7)."""

Margins = Mapping[str, Mapping[str | None, Fraction]]
"""Dimension → value → share of the population."""

_EMPTY = Message("有的层没有答卷，请合并或减少分层变量", "A stratum has no answers; use fewer or other strata")
_NOT_CONVERGED = Message(
    f"{MAX_ROUNDS} 轮内未能满足边际分布，请检查各边际或放宽 max_ratio",
    f"The margins are not met within {MAX_ROUNDS} rounds; look at them, or allow a larger max_ratio",
)
_UNKNOWN_VALUE = Message("有答卷属于边际中没有列出的取值", "Answers have a value that the margin does not name")


class Method(StrEnum):
    """加权方法."""

    POST_STRATIFICATION = "post_stratification"
    RAKING = "raking"


class WeightsRefused(RulesBroken):
    """There are no such weights."""

    codes = MappingProxyType(
        {
            "empty_stratum": Message("有的层没有答卷", "A stratum has no answers"),
            "not_converged": Message("边际分布无法满足", "The margins cannot be met"),
        }
    )


class AnswersDetached(Conflict):
    """Nothing says which strata the answers are of: they have lost the person, never had one, or are employers'."""

    code = "answers_detached"
    title = Message("本轮答卷不与毕业生关联，不能加权", "No graduate is known of the answers: they have no weights")


@dataclass(frozen=True)
class Asked:
    """Weights as they are asked for; margins and `max_ratio` are of raking, by the dimensions of the margins."""

    method: Method
    by: tuple[str, ...]
    margins: Margins | None = None
    max_ratio: Fraction | None = None
    margins_as_sent: Mapping[str, Mapping[str, str]] | None = None


@dataclass(frozen=True)
class Weights:
    """Weights of mean 1 by stratum, with how many answers each stratum has.

    `iterations` and `max_error` are of raking: rounds, and by how much the worst margin is missed.
    """

    by: tuple[str, ...]
    weights: Mapping[Key, Fraction]
    answers: Mapping[Key, int]
    iterations: int | None = None
    max_error: float | None = None

    @property
    def n_eff(self) -> Fraction:
        """How many answers of equal weight tell as much: (Σw)²/Σw² (Kish)."""
        return self._sum(1) ** 2 / self._sum(2)

    @property
    def deff(self) -> Fraction:
        """By how much weighting makes variances larger: n Σw²/(Σw)²."""
        return sum(self.answers.values()) * self._sum(2) / self._sum(1) ** 2

    def _sum(self, power: int) -> Fraction:
        return sum((count * self.weights[key] ** power for key, count in self.answers.items()), Fraction())


@dataclass(frozen=True, kw_only=True)
class Weighting:
    """加权方案 of an edition, as it is stored. `margins` and `max_ratio` are of raking."""

    id: WeightingId
    version: int
    edition_id: UUID
    edition: int
    method: Method
    by: tuple[str, ...]
    margins: Mapping[str, Mapping[str, str]] | None
    max_ratio: float | None
    answers: int
    n_eff: float
    deff: float
    iterations: int | None
    max_error: float | None
    strata: Sequence[Mapping[str, object]]
    created_at: datetime


def stratum_of(answer: CountedAnswer, by: Sequence[str]) -> Key:
    """The stratum of an answer."""
    values = {**dict(zip(DIMENSIONS, answer.group, strict=True)), "sex": answer.sex}
    return tuple(values[name] for name in by)


def post_stratified(by: tuple[str, ...], people: Mapping[Key, int], answers: Mapping[Key, int]) -> Weights:
    """Each stratum counts as it does among the people: N_h/N ÷ n_h/n. Raises WeightsRefused for one without answers.

    >>> made = post_stratified(("sex",), {("f",): 800, ("m",): 200}, {("f",): 160, ("m",): 90})
    >>> [float(round(made.weights[key], 4)) for key in (("f",), ("m",))], float(made.n_eff)
    ([1.25, 0.5556], 225.0)
    """
    if not answers or any(count and not answers.get(key) for key, count in people.items()):
        raise WeightsRefused([FieldProblem("/by", "empty_stratum", _EMPTY)])
    total, given = sum(people.values()), sum(answers.values())
    weights = {key: Fraction(people[key] * given, total * count) for key, count in answers.items()}
    return Weights(by, weights, answers)


def raked(margins: Margins, answers: Mapping[Key, int], max_ratio: Fraction | None) -> Weights:
    """Weights by which every margin is met, by iterative proportional fitting; `answers` by the margins' values.

    With `max_ratio` no weight is more than so many times another. Raises WeightsRefused, or Invalid for answers with a
    value that a margin lacks.
    """
    by = tuple(margins)
    must_be_rakeable(margins, answers)
    given = sum(answers.values())
    weights = dict.fromkeys(answers, 1.0)
    for rounds in range(1, MAX_ROUNDS + 1):
        for at, name in enumerate(by):
            held = _held(at, answers, weights)
            weights = {
                key: weight * float(margins[name][key[at]]) * given / held[key[at]] for key, weight in weights.items()
            }
        weights = bounded(weights, answers, max_ratio)
        error = max(
            abs(count / given - float(margins[name][value]))
            for at, name in enumerate(by)
            for value, count in _held(at, answers, weights).items()
        )
        if error <= MAX_ERROR:
            return Weights(by, {key: Fraction(each) for key, each in weights.items()}, answers, rounds, error)
    raise WeightsRefused([FieldProblem("/margins", "not_converged", _NOT_CONVERGED)])


def must_be_rakeable(margins: Margins, answers: Mapping[Key, int]) -> None:
    """Raises Invalid, or WeightsRefused, for margins and answers that cannot fit each other."""
    for at, (name, shares) in enumerate(margins.items()):
        held = {key[at] for key in answers}
        if any(value not in shares for value in held):
            raise Invalid([FieldProblem(f"/margins/{name}", "unknown_value", _UNKNOWN_VALUE)])
        if not held or any(share and value not in held for value, share in shares.items()):
            raise WeightsRefused([FieldProblem(f"/margins/{name}", "empty_stratum", _EMPTY)])
        if any(not shares[value] for value in held):
            raise WeightsRefused([FieldProblem(f"/margins/{name}", "not_converged", _NOT_CONVERGED)])


def _held(at: int, answers: Mapping[Key, int], weights: Mapping[Key, float]) -> Mapping[str | None, float]:
    """As how many answers those of each value of one margin count."""
    found: Counter[str | None] = Counter()
    for key, weight in weights.items():
        found[key[at]] += weight * answers[key]  # type: ignore[assignment]
    return found


def bounded(weights: dict[Key, float], answers: Mapping[Key, int], max_ratio: Fraction | None) -> dict[Key, float]:
    """Weights of mean 1 of which the extremes are drawn together until they are no further apart than allowed."""
    most, least = max(weights.values()), min(weights.values())
    if max_ratio is None or most <= least * float(max_ratio):
        return weights
    # both ends give way alike
    middle = (most * least) ** 0.5
    low, high = middle / float(max_ratio) ** 0.5, middle * float(max_ratio) ** 0.5
    drawn = {key: min(max(weight, low), high) for key, weight in weights.items()}
    scale = sum(answers.values()) / sum(answers[key] * weight for key, weight in drawn.items())
    return {key: weight * scale for key, weight in drawn.items()}
