"""An attacker of shown figures: adds and subtracts everything ever shown, in fractions, and looks for small sets.

Shares nothing with what it attacks but the shape of editions.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from common.shown_groups.editions import Edition, Key, Past

Row = dict[object, Fraction]

SHAPE = {"college": 5, "level": 3, "sex": 2, "city": 7}


def cohort(seed: int, *, people: int = 70, rounds: int = 3, answers: int = 1) -> list[Edition]:
    """Random editions of a small school; from one to the next a few come, leave or change what they say."""
    draw = random.Random(seed)
    groups = {
        f"P{n:02}": {d: min(draw.randrange(k), draw.randrange(k)) for d, k in SHAPE.items()} for n in range(people)
    }
    # of several answers of one person the later ones may be about another college
    about = {
        (p, n): {**groups[p], **({"college": draw.randrange(5)} if n else {})} for p in groups for n in range(answers)
    }
    there = {answer: 0 for answer in about if draw.random() < 0.6}
    editions = []
    for _ in range(rounds):
        editions.append(_edition({answer: about[answer] for answer in there}, there))
        for answer in draw.sample(sorted(about), draw.randrange(1, 9)):
            if answer not in there:
                there[answer] = 0
            elif draw.random() < 0.5:
                del there[answer]
            else:
                there[answer] += 1
    return editions


def _edition(about: Mapping[tuple[str, int], Mapping[str, int]], states: Mapping[tuple[str, int], int]) -> Edition:
    names = [(), *((name,) for name in SHAPE), ("college", "level"), ("city", "level"), ("sex", "college")]
    return Edition(
        [person for person, _ in about],
        [(number, states[person, number]) for person, number in about],
        {
            "x".join(name) or "total": [tuple(f"{of[dimension]}" for dimension in name) for of in about.values()]
            for name in names
        },
    )


def rows_of(edition: Edition) -> dict[tuple[str, Key], Row]:
    """Each group as the mean of its votes, times their number."""
    found: dict[tuple[str, Key], Row] = {}
    for table, keys in edition.tables.items():
        votes: dict[tuple[Key, str], list[object]] = defaultdict(list)
        for person, state, key in zip(edition.people, edition.states, keys, strict=True):
            if key is not None:
                votes[key, person].append((person, state))
        for (key, _), answers in votes.items():
            found.setdefault((table, key), {}).update(dict.fromkeys(answers, Fraction(1, len(answers))))
    return found


def size(row: Row) -> int:
    """People in a set."""
    return len({answer[0] for answer, factor in row.items() if factor})  # type: ignore[index]


def less(left: Row, right: Row) -> Row:
    """The difference of two sets."""
    found = dict(left)
    for answer, factor in right.items():
        found[answer] = found.get(answer, Fraction()) - factor
    return {answer: factor for answer, factor in found.items() if factor}


class Attacker:
    """Knows the figures of all editions, and of whom they are."""

    def __init__(self, editions: Sequence[Past]) -> None:
        self.editions = editions
        self._rows = [rows_of(past.edition) for past in editions]
        self._solved: dict[object, Row] = {}
        for past, rows in zip(editions, self._rows, strict=True):
            for table, keys in past.shown.items():
                for key in sorted(keys, key=str):
                    self._learn(rows[table, key])

    def finds(self, limit: int) -> list[tuple[str, int]]:
        """All sets of fewer people than the limit that follow, with what they are."""
        found = [*self._groups(), *self._rests(), *self._moves()]
        return [(what, size(row)) for what, row in found if 0 < size(row) < limit and not self._rest(row)]

    def _learn(self, row: Row) -> None:
        rest = self._rest(row)
        if rest:
            pivot = next(iter(rest))
            self._solved[pivot] = {answer: factor / rest[pivot] for answer, factor in rest.items()}

    def _rest(self, row: Row) -> Row:
        """What cannot be made of the figures, in the order in which they were learnt."""
        for pivot, solved in self._solved.items():
            if factor := row.get(pivot):
                row = less(row, {answer: each * factor for answer, each in solved.items()})
        return row

    def _groups(self) -> Iterator[tuple[str, Row]]:
        for rows in self._rows:
            yield from (("group", row) for row in rows.values())

    def _rests(self) -> Iterator[tuple[str, Row]]:
        for past, rows in zip(self.editions, self._rows, strict=True):
            shown = {table: [rows[table, key] for key in keys] for table, keys in past.shown.items()}
            for holder in (row for held in shown.values() for row in held):
                for held in shown.values():
                    rest = holder
                    for row in held:
                        if row.keys() <= holder.keys():
                            rest = less(rest, row)
                    yield "rest", rest

    def _moves(self) -> Iterator[tuple[str, Row]]:
        for before, after in combinations(self._rows, 2):
            for group in before.keys() & after.keys():
                old, new = before[group], after[group]
                yield "move", less(new, old)
                then, now = _by_person(old), _by_person(new)
                yield "came", {each: f for person in now.keys() - then.keys() for each, f in now[person].items()}
                yield "left", {each: f for person in then.keys() - now.keys() for each, f in then[person].items()}
                both = [person for person in then.keys() & now.keys() if then[person] != now[person]]
                changed = [less(now[person], then[person]) for person in both]
                yield "changed", {each: factor for row in changed for each, factor in row.items()}


def _by_person(row: Row) -> dict[str, Row]:
    found: dict[str, Row] = defaultdict(dict)
    for answer, factor in row.items():
        found[answer[0]][answer] = factor  # type: ignore[index]
    return found


def pinned(past: Past, limit: int) -> list[tuple[str, Key]]:
    """Hidden groups of fewer than the limit whose number of people follows from the shown numbers and from their being
    whole and not negative, by integer programs over the cells in which the people lie.
    """
    edition, tables = past.edition, list(past.edition.tables)
    cells = sorted(set(zip(*edition.tables.values(), strict=True)), key=str)
    holds = {
        (table, key): np.array([cell[at] == key for cell in cells], float)
        for at, table in enumerate(tables)
        for key in set(edition.tables[table])
    }
    counts = {group: len(row) for group, row in rows_of(edition).items()}
    shown = [(table, key) for table, keys in past.shown.items() for key in keys]
    known = LinearConstraint(np.array([holds[group] for group in shown]), *[[counts[group] for group in shown]] * 2)
    small = [group for group, count in counts.items() if 0 < count < limit and group not in shown]
    return [group for group in small if _range(holds[group], known) == (counts[group], counts[group])]


def _range(wanted: np.ndarray, known: LinearConstraint) -> tuple[int, int]:
    ends = [
        milp(sign * wanted, constraints=known, bounds=Bounds(0, np.inf), integrality=np.ones(len(wanted))).fun
        for sign in (1, -1)
    ]
    return round(ends[0]), round(-ends[1])
