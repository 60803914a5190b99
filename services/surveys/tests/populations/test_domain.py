from hashlib import sha256
from uuid import UUID, uuid4

import pytest

from common.identifiers import GraduateId
from surveys.populations.domain import Candidate, SampleTooLarge, drawn


def candidates(**sizes: int) -> list[Candidate]:
    return [Candidate(GraduateId(uuid4()), (level,)) for level, size in sizes.items() for _ in range(size)]


def test_each_stratum_gets_its_share_by_the_largest_remainder() -> None:
    everybody = candidates(b=617, j=309, m=74)
    of = {each.graduate_id: each.values[0] for each in everybody}
    chosen = drawn(everybody, 100, "s")
    assert {level: sum(of[GraduateId(each)] == level for each in chosen) for level in "bjm"} == {
        "b": 62,
        "j": 31,
        "m": 7,
    }


def test_in_a_stratum_the_smallest_hashes_are_drawn() -> None:
    everybody = candidates(b=40)
    smallest = sorted(everybody, key=lambda each: sha256(f"seed:{each.graduate_id}".encode()).hexdigest())
    assert drawn(everybody, 5, "seed") == sorted(UUID(str(each.graduate_id)) for each in smallest[:5])


@pytest.mark.parametrize(("first", "second"), [(("a", "z"), ("ab", "a")), ((None, "a"), ("a", None))])
def test_a_tie_goes_to_the_smaller_key_value_by_value(
    first: tuple[str | None, ...], second: tuple[str | None, ...]
) -> None:
    everybody = [Candidate(GraduateId(uuid4()), values) for values in (second, first) for _ in range(3)]
    of = {each.graduate_id: each.values for each in everybody}
    assert [of[GraduateId(each)] for each in drawn(everybody, 1, "s")] == [first]


def test_more_than_there_are_cannot_be_drawn() -> None:
    with pytest.raises(SampleTooLarge):
        drawn(candidates(b=3), 4, "s")
