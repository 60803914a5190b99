"""Groups lead to no person: each combination of them that a file shows is that of five answers at least. Pure."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

K = 5
"""Answers that share what is shown of their groups."""


Weight = float | None
"""None: the answer has none."""


class Shown(NamedTuple):
    """Groups in the order in which they are lost."""

    origin_province: str | None = None
    sex: str | None = None
    major: str | None = None
    college: str | None = None


NOTHING = Shown()


def pooled(weights: Sequence[Weight]) -> list[Weight]:
    """Weights of which each is that of five answers at least; those that fewer share get their mean, so the sum stays.

    Where fewer than five answers have such weights, those with the nearest weight join them.
    """
    counted = Counter(weights)
    rare = {weight for weight, count in counted.items() if weight is not None and count < K}
    joining = sorted(weight for weight in counted if weight is not None and weight not in rare)
    while rare and joining and sum(counted[weight] for weight in rare) < K:
        middle = _mean(rare, counted)
        nearest = min(joining, key=lambda weight: abs(weight - middle))
        joining.remove(nearest)
        rare.add(nearest)
    mean = _mean(rare, counted) if rare else 0.0
    return [mean if weight in rare else weight for weight in weights]


def _mean(weights: Collection[float], counted: Mapping[Weight, int]) -> float:
    return sum(weight * counted[weight] for weight in weights) / sum(counted[weight] for weight in weights)


def protected(groups: Sequence[Shown], chosen_by: Callable[[int], bytes]) -> list[Shown]:
    """What is shown of each answer's groups, in the same order.

    Answers in combinations of fewer than five lose their origin, then their sex, major and college. Where fewer than
    five have lost everything, others lose it with them, since who knows the roster would know them: of the largest
    combination as many as are missing, by the order of `chosen_by` of their places, or all of the smallest.
    """
    counts = Counter(groups)
    left = {each: each for each in counts}
    for name in Shown._fields:
        counted = Counter[Shown]()
        for each, count in counts.items():
            counted[left[each]] += count
        left = {each: now if counted[now] >= K else now._replace(**{name: None}) for each, now in left.items()}
    shown = [left[each] for each in groups]
    for place in _to_join(shown, chosen_by):
        shown[place] = NOTHING
    return shown


def _to_join(shown: Sequence[Shown], chosen_by: Callable[[int], bytes]) -> Sequence[int]:
    """The places of those who lose everything because fewer than five have."""
    counted = Counter(shown)
    lost = counted.pop(NOTHING, 0)
    if not 0 < lost < K or not counted:
        return ()
    missing = K - lost
    order = sorted(counted, key=lambda each: (-counted[each], _known(each)))
    spared = counted[order[0]] >= K + missing
    joining = order[0] if spared else order[-1]
    places = sorted((place for place, each in enumerate(shown) if each == joining), key=chosen_by)
    return places[:missing] if spared else places


def _known(shown: Shown) -> tuple[str, ...]:
    return tuple(each or "" for each in shown)
