"""Samples are drawn as the contract of destinations says, with its numbers, and bounded as textbooks do."""

import time
from fractions import Fraction
from hashlib import sha256
from math import comb, exp, fsum, lgamma

import pytest

from common.sampling import at_most, drawn, frame_of, hash_of, key_of, sizes

SEED = "00112233445566778899aabbccddeeff"
MEMBER = "7e9a4b63-1c2d-4f5a-8b7c-9d0e1f2a3b03"


def test_the_key_of_a_member_is_that_of_the_contract() -> None:
    assert key_of(SEED, MEMBER).startswith("ba7e34722d6f")


@pytest.mark.parametrize(
    ("strata", "size", "expected"),
    [
        ({"C01": 50, "C02": 30, "C03": 21}, 10, {"C01": 5, "C02": 3, "C03": 2}),
        ({"C01": 10, "C02": 10, "C03": 10}, 10, {"C01": 4, "C02": 3, "C03": 3}),
        ({"C02": 1, "C01": 1}, 1, {"C01": 1, "C02": 0}),
        ({"C01": 3, "": 2}, 5, {"": 2, "C01": 3}),
        ({"C01": 999, "C02": 1}, 10, {"C01": 10, "C02": 0}),
    ],
)
def test_strata_are_sized_by_largest_remainder(strata: dict[str, int], size: int, expected: dict[str, int]) -> None:
    assert sizes(strata, size) == expected
    assert sum(expected.values()) == size


@pytest.mark.parametrize("size", [0, -1, 102])
def test_a_sample_is_neither_empty_nor_larger_than_its_frame(size: int) -> None:
    with pytest.raises(ValueError, match="at most"):
        sizes({"C01": 50, "C02": 30, "C03": 21}, size)


def test_the_smallest_keys_of_each_stratum_are_drawn() -> None:
    strata = {f"C{at}": [f"{at}-{each}" for each in range(20 * at)] for at in (1, 2, 3)}
    found = drawn(SEED, strata, 12)
    assert {key: len(members) for key, members in found.items()} == {"C1": 2, "C2": 4, "C3": 6}
    for key, members in found.items():
        ordered = sorted((sha256(f"{SEED}:{each}".encode()).hexdigest(), each) for each in strata[key])
        assert members == [each for _, each in ordered[: len(members)]]
    assert drawn("f" + SEED[1:], strata, 12) != found


def test_the_frame_is_hashed_in_the_order_of_ids() -> None:
    assert frame_of([("b", 0), ("a", 3)]) == "a,3\nb,0"
    assert hash_of("a,3\nb,0") == sha256(b"a,3\nb,0").hexdigest()


def test_a_bound_is_the_largest_that_is_not_ruled_out() -> None:
    """Each number of wrong ones tried in turn, in fractions."""
    population, checked = 60, 12
    for wrong in range(checked + 1):
        possible = range(wrong, population - checked + wrong + 1)
        kept = [each for each in possible if chance(population, each, checked, wrong) > Fraction(1, 20)]
        assert at_most(population, checked, wrong) == max(kept)


@pytest.mark.parametrize(("wrong", "bound"), [(0, 95), (2, 201)])
def test_bounds_of_the_contract(wrong: int, bound: int) -> None:
    assert at_most(3300, 100, wrong) == bound


def test_a_bound_of_many_wrong_ones_is_quick() -> None:
    # a list of samples asks for it stratum by stratum, while everybody else waits
    began = time.monotonic()
    bound = at_most(50_000, 2_000, 500)
    assert time.monotonic() - began < 5
    below, above = (tail(50_000, each, 2_000, 500) for each in (bound, bound + 1))
    assert below > 0.05 >= above


def tail(population: int, bad: int, checked: int, wrong: int) -> float:
    """The same chance, by logarithms of factorials."""

    def ways(of: int, drawn: int) -> float:
        return lgamma(of + 1) - lgamma(drawn + 1) - lgamma(of - drawn + 1)

    possible = range(max(0, checked - population + bad), wrong + 1)
    draws = ways(population, checked)
    return fsum(exp(ways(bad, each) + ways(population - bad, checked - each) - draws) for each in possible)


def chance(population: int, bad: int, checked: int, wrong: int) -> Fraction:
    """That so many checked ones hold at most so many wrong ones."""
    ways = sum(comb(bad, each) * comb(population - bad, checked - each) for each in range(wrong + 1))
    return Fraction(ways, comb(population, checked))
