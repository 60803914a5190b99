"""Which weighted figures may be shown: those from which no group of answers with one weight would follow."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction

from common.identifiers import ResponseId
from common.shown_groups.asking import Frame, Remembered
from common.shown_groups.editions import Key, Shown
from common.shown_groups.tables import name_of, shown_of
from surveys.results.domain.dimensions import DIMENSIONS
from surveys.results.domain.editions import TABLES, CountedAnswer, Sayings
from surveys.results.domain.questions import Tabled


def frame_of_weights(answers: Sequence[CountedAnswer], weights: Mapping[ResponseId, Fraction], number: int) -> Frame:
    """The answers in the groups of all tables, divided by their weight.

    A weighted figure is the sum of what these groups say, each times its weight: by figures with several weights what
    each of them says would follow. `number` tells these tables from those of other weights.
    """
    classes = {weight: f"{at}" for at, weight in enumerate(sorted({*weights.values()}))}
    divided = f"weight {number}"
    return Frame(
        dimensions=[*DIMENSIONS, divided],
        tables=[(*table, divided) for table in TABLES],
        people=[answer.person for answer in answers],
        ids=[answer.id for answer in answers],
        groups=[(*answer.group, classes[weights[answer.response_id]]) for answer in answers],
    )


def may_be_weighted(
    variables: Sequence[Tabled], sayings: Sayings, edition: Remembered, frame: Frame, shown: Sequence[Shown]
) -> list[Shown]:
    """The groups of the edition whose figure of now is shown, and all of whose parts by weight may be."""
    allowed: list[Shown] = []
    for each, parts in zip(variables, shown, strict=True):
        of_edition = shown_of(edition.base(each.variable).shown)
        found = {}
        for table, divided in zip(TABLES, frame.tables, strict=True):
            places = [DIMENSIONS.index(name) for name in table]
            held: defaultdict[Key, set[Key]] = defaultdict(set)
            for at in sayings[each.variable]:
                group = frame.groups[at]
                key = tuple(group[place] for place in places)
                held[key].add((*key, group[-1]))
            may = parts.get(name_of(divided), frozenset())
            keys = of_edition.get(name_of(table), frozenset())
            found[name_of(table)] = frozenset(key for key in keys if held[key] <= may)
        allowed.append(found)
    return allowed
