"""Samples that anybody can draw again: a frame with a hash, a seed drawn after it, and in each stratum the smallest
hashes of seed and member. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from math import comb

SEED_BYTES = 16
"""A seed is written as 32 hexadecimal digits."""

DOUBT = 20
"""What has a chance of at most 1 in 20 is ruled out."""


def frame_of(lines: Iterable[tuple[object, int]]) -> str:
    """The text whose hash fixes a frame: `member,version`, a line each, in the order of the members' ids.

    >>> frame_of([("b", 0), ("a", 3)])
    'a,3\\nb,0'
    """
    return "\n".join(f"{member},{version}" for member, version in sorted((f"{each}", at) for each, at in lines))


def hash_of(frame: str) -> str:
    """The SHA-256 of a frame, in hexadecimal."""
    return sha256(frame.encode()).hexdigest()


def key_of(seed: str, member: object) -> str:
    """What members are ordered by: the SHA-256 of `seed:member`, in hexadecimal."""
    return sha256(f"{seed}:{member}".encode()).hexdigest()


def sizes(strata: Mapping[str, int], size: int) -> dict[str, int]:
    """How many of each stratum are drawn, by largest remainder; of two alike the smaller key is given one more.

    >>> sizes({"a": 50, "b": 30, "c": 21}, 10)
    {'a': 5, 'b': 3, 'c': 2}
    """
    total = sum(strata.values())
    if not 0 < size <= total:
        raise ValueError("a sample has at least one member, and at most those of its frame")
    drawn = {key: size * count // total for key, count in sorted(strata.items())}
    by_remainder = sorted(drawn, key=lambda key: (-(size * strata[key] % total), key))
    for key in by_remainder[: size - sum(drawn.values())]:
        drawn[key] += 1
    return drawn


def drawn(seed: str, strata: Mapping[str, Sequence[str]], size: int) -> dict[str, list[str]]:
    """The members of the sample by stratum, in the order of their keys."""
    wanted = sizes({key: len(members) for key, members in strata.items()}, size)
    return {
        key: sorted(members, key=lambda member: key_of(seed, member))[: wanted[key]]
        for key, members in sorted(strata.items())
    }


def at_most(population: int, checked: int, wrong: int) -> int:
    """How many of a population may be wrong, if so many of those checked were: what is more than that is ruled out.

    The largest K for which at most `wrong` wrong ones among `checked` have a chance above 1 in 20, by the
    hypergeometric distribution and in whole numbers.

    >>> at_most(3300, 100, 0), at_most(3300, 100, 2), at_most(40, 0, 0)
    (95, 201, 40)
    """
    least, most = wrong, population - checked + wrong
    draws = comb(population, checked)
    while least < most:
        middle = (least + most + 1) // 2
        if DOUBT * _ways(population, middle, checked, wrong) > draws:
            least = middle
        else:
            most = middle - 1
    return least


def _ways(population: int, bad: int, checked: int, wrong: int) -> int:
    """How many draws of `checked` hold at most so many of the bad ones; each term follows from the one before."""
    good = population - bad
    first = max(0, checked - good)
    ways = comb(bad, first) * comb(good, checked - first)
    total = ways if first <= wrong else 0
    for found in range(first, wrong):
        ways = ways * (bad - found) * (checked - found) // ((found + 1) * (good - checked + found + 1))
        total += ways
    return total
