"""Rests: what the groups of one table that are known leave of a known group that holds them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from common.shown_groups.groups import EditionRows, Flags, Numbering, TableRows
from common.shown_groups.kernel import Integers


@dataclass(frozen=True)
class Rests:
    """A row of `holders` for each rest; pairs of a rest and a group that it is made less by, with how many people."""

    holders: Integers
    pair_rests: Integers
    pair_groups: Integers
    pair_people: Integers

    def sizes(self, known: Flags, sizes: Integers) -> Integers:
        """People left, by rest and part; those of a holder that is not known are none."""
        pairs = known[self.pair_groups]
        rests = self.pair_rests[pairs]
        taken = [
            np.bincount(rests, weights=people, minlength=len(self.holders)) for people in self.pair_people[pairs].T
        ]
        left = sizes[self.holders] - np.rint(np.array(taken).T).astype(np.int64)
        left[~known[self.holders]] = 0
        return left


def rests_of(numbering: Numbering, large: Flags) -> Rests:
    """All rests between groups that are `large` enough to be known at all."""
    found = [
        pairs
        for edition in numbering.rows
        for within in edition.tables.values()
        for holding in edition.tables.values()
        if within is not holding
        for pairs in _pairs(edition, within, holding, numbering.parts, large)
    ]
    groups, holders, tables, people = (np.concatenate(each) for each in zip(*found, strict=True))
    rests, numbers = np.unique(np.stack([holders, tables], axis=1), axis=0, return_inverse=True)
    return Rests(rests[:, 0], numbers.reshape(-1), groups, people)


def _pairs(
    edition: EditionRows, within: TableRows, holding: TableRows, parts: int, large: Flags
) -> Iterator[tuple[Integers, Integers, Integers, Integers]]:
    inside = within.codes >= 0
    codes, holders = within.codes[inside], holding.codes[inside]
    most = np.full(len(within.numbers), -1)
    least = np.full(len(within.numbers), len(holding.numbers))
    np.maximum.at(most, codes, holders)
    np.minimum.at(least, codes, holders)
    groups = np.flatnonzero((most == least) & (most >= 0))
    groups = groups[large[within.first_group + groups] & large[holding.first_group + most[groups]]]
    # who has answers of the holder outside the group is not taken away with it
    whole = (within.shared == holding.shared)[inside] / within.shared[inside]
    places = codes * parts + edition.parts[inside]
    people = np.rint(np.bincount(places, weights=whole, minlength=len(within.numbers) * parts)).astype(np.int64)
    yield (
        within.first_group + groups,
        holding.first_group + most[groups],
        np.full(len(groups), within.first_group),
        people.reshape(-1, parts)[groups],
    )
