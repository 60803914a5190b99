"""What became of each variable between two contents, and whether answers before and after can be compared."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from common.errors import Message
from surveys.questionnaires.domain.content import Content, Question, VariableChange, VariableFate
from surveys.questionnaires.domain.questions import kind_of
from surveys.questionnaires.domain.wording import texts_of


@dataclass(frozen=True)
class Facets:
    """What a variable is: its `kind` (type, values, scale, unit, period, list, measure) and its words."""

    kind: tuple[object, ...]
    words: tuple[object, ...]
    same_meaning: bool

    def since(self, before: "Facets | None") -> tuple[VariableFate, bool]:
        """What became of it, and whether answers to it can be compared with those before."""
        if before is None:
            return VariableFate.NEW, False
        if self.kind != before.kind:
            return VariableFate.CHANGED, False
        if self.words != before.words:
            return VariableFate.REWORDED, self.same_meaning
        return VariableFate.SAME, True


@dataclass(frozen=True)
class Following(VariableChange):
    """The same of a variable over several contents: the greatest change, and whether all can be compared.

    `steps` are the contents that have it, each against the one before that had it.
    """

    steps: tuple[tuple[int, VariableChange], ...]


def changes(before: Content | None, after: Content) -> tuple[VariableChange, ...]:
    """Of every variable of the content after, in its order."""
    known = {} if before is None else facets_of(before)
    return tuple(VariableChange(name, *facets.since(known.get(name))) for name, facets in facets_of(after).items())


def over_all(contents: Sequence[Content]) -> list[Following]:
    """Of every variable of contents that were asked one after another, by name."""
    known: dict[str, Facets] = {}
    steps: dict[str, list[tuple[int, VariableChange]]] = {}
    for place, content in enumerate(contents):
        for name, facets in facets_of(content).items():
            steps.setdefault(name, []).append((place, VariableChange(name, *facets.since(known.get(name)))))
            known[name] = facets
    return [_following(name, found) for name, found in sorted(steps.items())]


def facets_of(content: Content) -> Mapping[str, Facets]:
    """What each variable of a content is."""
    return {name: facets for question in content.questions for name, facets in _of_question(question)}


def _following(name: str, steps: Sequence[tuple[int, VariableChange]]) -> Following:
    later = [change for _, change in steps[1:]]
    greatest = max((change.change for change in later), key=list(VariableFate).index, default=VariableFate.NEW)
    return Following(name, greatest, all(change.comparable for change in later), tuple(steps))


def _of_question(question: Question) -> Iterator[tuple[str, Facets]]:
    options = frozenset(option.value for option in question.options or ())
    measure = question.measure
    bound = measure and (measure.id, _ordered(measure.map), measure.post_level)
    kind = (
        question.type,
        options,
        question.scale,
        question.unit,
        question.period,
        question.code_list,
        question.depth,
        question.calculation,
        question.result,
        bound,
    )
    words = tuple(sorted((pointer, text.zh, text.en) for pointer, text in _words(question)))
    rows = {f"{question.id}_{row.value}": row.text for row in question.rows or ()}
    for variable in kind_of(question).variables(question):
        own: Iterable[object] = () if variable.name not in rows else (rows[variable.name],)
        yield variable.name, Facets((variable.typed.type, *kind), (*words, *own), bool(question.same_meaning))


def _words(question: Question) -> Iterator[tuple[str, Message]]:
    """Its texts by what they are of: an option's by its value, so that another order is no other wording."""
    for pointer, text in texts_of("", question):
        _, member, *place = pointer.split("/")
        if member in ("rows", "constraint"):
            continue
        if member == "options":
            yield f"options/{(question.options or ())[int(place[0])].value}", text
        elif member != "unit":
            yield member, text


def _ordered(codes: Mapping[str, str] | None) -> tuple[tuple[str, str], ...] | None:
    return None if codes is None else tuple(sorted(codes.items()))
