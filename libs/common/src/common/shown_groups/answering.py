"""Answers which groups may be shown, question by question. Imports numpy."""

from collections.abc import Mapping, Sequence

from common.shown_groups.asking import Answers, Ask, Asks, Base, Frame, places_in
from common.shown_groups.editions import Edition, Key, Limits, Past
from common.shown_groups.judging import judge
from common.shown_groups.tables import by_table, shown_of

Groups = Mapping[str, Sequence[Key]]


def answered(asks: Asks) -> Answers:
    """What may be shown; questions with the same answers and the same past are judged once."""
    groups = [by_table(frame.dimensions, frame.tables, frame.groups) for frame in asks.frames]
    found: dict[str, Mapping[str, list[Key]]] = {}
    for ask in asks.asks:
        same = ask.model_dump_json()
        if same not in found:
            found[same] = _judged(asks.frames, groups, ask)
    return Answers(shown=[found[ask.model_dump_json()] for ask in asks.asks])


def _judged(frames: Sequence[Frame], groups: Sequence[Groups], ask: Ask) -> Mapping[str, list[Key]]:
    *before, now = [_edition(*each) for each in zip(frames, groups, ask.bases, strict=True)]
    past = [Past(edition, shown_of(base.shown)) for edition, base in zip(before, ask.bases[:-1], strict=True)]
    shown = judge(now, past, Limits.of(ask.least))
    return {table: sorted(keys, key=str) for table, keys in shown.items() if keys}


def _edition(frame: Frame, groups: Groups, base: Base) -> Edition:
    held = places_in(base.bits, len(frame.ids))
    return Edition(
        [frame.people[at] for at in held],
        [frame.ids[at] for at in held],
        {table: [keys[at] for at in held] for table, keys in groups.items()},
    )
