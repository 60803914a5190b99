"""Ids that are drawn by hundreds."""

from uuid import RFC_4122

from common.database import random_ids


def test_drawn_ids_are_random_ones_as_any_other() -> None:
    ids = random_ids(2_000)
    assert {(each.version, each.variant) for each in ids} == {(4, RFC_4122)}
    assert len(set(ids)) == 2_000
    # of the bits that are not given, each is set in some and not in others
    given = 0xF << 76 | 0x3 << 62
    either = 2**128 - 1 - given
    always, ever = either, 0
    for each in ids:
        always, ever = always & each.int, ever | each.int
    assert (always, ever & either) == (0, either)
