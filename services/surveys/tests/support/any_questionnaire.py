"""Questionnaires of every type with any logic, and another reading of the contract: what they make of what is said."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

import any_answers as answers
from any_answers import Said, Sayings
from expression_trees import Tree, shown, trees, worth, written
from hypothesis import strategies as st

Json = dict[str, Any]

WORDS = {"zh": "文字", "en": "words"}
YES = {"zh": {True: "是", False: "否"}, "en": {True: "yes", False: "no"}}
UNKNOWN = "zz"
"""A name that no question has."""


def options(*values: str, **more: Json) -> list[Json]:
    return [
        {"value": each, "text": {"zh": f"<选{each}>", "en": f"opt {each}"}} | more.get(f"o{each}", {})
        for each in values
    ]


@dataclass(frozen=True)
class Type:
    """A question as it is sent, what may be said to it, the kind of its value in trees, and its columns in a file."""

    sent: Json
    said: Sayings
    kind: str | None = None
    columns: tuple[str, ...] = ()


def _types() -> dict[str, dict[str, Type]]:
    one, three = options("1", "2", "3", o3={"other": True}), options("1", "2", "3")
    some = options(*answers.OPTIONS, o2={"exclusive": True}, oother={"other": True})
    industry = {"_11": "农、林、牧、渔业", "_22": "制造业"}
    place = {"_410000": "河南省", "_abroad": "境外"}
    text, number = {"type": "text"}, {"type": "number", "minimum": -5, "maximum": 50, "decimals": 1}
    return {
        "one": {
            "b1": Type({"type": "boolean"}, answers.booleans("b1"), "bool"),
            "n1": Type(number, answers.numbers("n1"), "num"),
            "t1": Type(text | {"max_length": 4}, answers.texts("t1"), "text"),
            "d1": Type({"type": "date"}, answers.days("d1"), "date"),
            "c1": Type({"type": "single_choice", "options": one}, answers.choices("c1"), "code"),
            "m1": Type(
                {"type": "multiple_choice", "options": some, "max_selected": 2}, answers.several("m1"), "codes",
                tuple(f"m1_{each}" for each in answers.OPTIONS),
            ),
        },
        "two": {
            "s1": Type({"type": "scale", "scale": {"min": 1, "max": 5}}, answers.steps("s1", "scale", 1, 5), "num"),
            "r1": Type({"type": "nps"}, answers.steps("r1", "nps", 0, 10), "num"),
            "w1": Type({"type": "money", "period": "year"}, answers.amounts("w1"), "num"),
            "mo1": Type({"type": "month"}, answers.months("mo1"), "date"),
            "g1": Type(
                {"type": "matrix", "options": options("1", "2"), "rows": options("x", "y")}, answers.by_row("g1"), None,
                ("g1_x", "g1_y"),
            ),
            "rk": Type(
                {"type": "ranking", "options": three, "max_ranked": 2}, answers.ranked("rk"), "codes",
                ("rk_1", "rk_2", "rk_3"),
            ),
            "em": Type(text | {"format": "email"}, answers.formatted("em", "email", "a@b.cn", "a@", "b"), "text"),
            "u1": Type(text | {"format": "url"}, answers.formatted("u1", "url", "http://b.cn/x", "ftp://b.cn"), "text"),
        },
        "three": {
            "k1": Type(
                {"type": "code", "code_list": "industry"}, answers.codes("k1", "code", "zz", **industry)
            ),
            "p1": Type({"type": "place", "depth": "province"}, answers.codes("p1", "place", "410102", **place)),
            "e1": Type({"type": "employer"}, answers.employers("e1"), None, ("e1_name", "e1_uscc")),
            "f1": Type({"type": "file"}, answers.files("f1")),
            "nt": Type({"type": "note"}, answers.unanswerable("nt", "note")),
        },
        "four": {
            "ka": Type({"type": "calculated", "result": "number"}, answers.unanswerable("ka", "calculated")),
            "kt": Type({"type": "calculated", "result": "text"}, answers.unanswerable("kt", "calculated")),
            "z1": Type({"type": "number"}, Sayings(answers.numbers("z1").good, []), "num"),
        },
    }  # fmt: skip


PAGES = _types()
TYPES = {name: each for page in PAGES.values() for name, each in page.items()}
OPENING = {"c1": "3", "m1": "other"}
"""Questions with an option that opens a text."""

UNASKED = frozenset({"nt", "ka", "kt"})
SCOPES = {"two": "work", "three": "pay", "four": "pay"}
PIPED = ("b1", "n1", "t1", "d1", "mo1", "c1", "m1", "rk", "g1_x", "e1", "roster_cohort")


@dataclass(frozen=True)
class Asked:
    """A question with its logic as trees."""

    name: str
    page: str
    required: bool = False
    core: bool = False
    refusable: bool = False
    sensitive: bool = False
    visible_if: Tree | None = None
    constraint: Tree | None = None
    calculation: Tree | None = None

    @property
    def sent(self) -> Json:
        """As JSON."""
        said = {name: getattr(self, name) for name in ("required", "core", "refusable", "sensitive")}
        flags = {name: True for name, each in said.items() if each} | {"required": self.required}
        trees_of = {"visible_if": self.visible_if, "calculation": self.calculation}
        logic: Json = {name: written(tree) for name, tree in trees_of.items() if tree is not None}
        if self.constraint is not None:
            message = {"zh": f"不合 {self.name}", "en": f"broken {self.name}"}
            logic["constraint"] = {"expression": written(self.constraint), "message": message}
        return {"id": self.name, "text": WORDS, **TYPES[self.name].sent, **flags, **logic}


@dataclass(frozen=True)
class Sheet:
    """A questionnaire: its questions, the conditions of its pages, and the names that its last text has."""

    questions: tuple[Asked, ...]
    pages: Mapping[str, Tree | None]
    piped: tuple[str, ...]

    @property
    def sent(self) -> Json:
        """As JSON."""
        return {"title": WORDS, "pages": [self._page(page) for page in self.pages]}

    def without(self, pointers: Sequence[str]) -> "Sheet":
        """Without the conditions at these pointers."""
        pages, questions = dict(self.pages), {each.name: each for each in self.questions}
        for pointer in pointers:
            parts = pointer.split("/")
            page = list(self.pages)[int(parts[2])]
            if parts[3] == "visible_if":
                pages[page] = None
            else:
                name = list(PAGES[page])[int(parts[4])]
                questions[name] = replace(questions[name], visible_if=None)
        return replace(self, questions=tuple(questions.values()), pages=pages)

    def _page(self, page: str) -> Json:
        said = [each.sent for each in self.questions if each.page == page]
        if page == "four":
            said[-1]["text"] = {language: self.text_with(language, "${%s}") for language in ("zh", "en")}
        condition = self.pages[page]
        return {"id": page, "questions": said} | ({} if condition is None else {"visible_if": written(condition)})

    def text_with(self, language: str, put: str | Mapping[str, str]) -> str:
        """The last text, with a mark or a value in the place of each name."""
        marks = [put % name if isinstance(put, str) else put[name] for name in self.piped]
        return f"{WORDS[language]}: {' / '.join(marks)}"


@dataclass
class Reading:
    """What the contract says of what is said, found by asking for what is needed."""

    sheet: Sheet
    said: Mapping[str, Said]
    day: date
    facts: Json
    sensitive: bool = True
    own: Any = None
    by_name: dict[str, Asked] = field(init=False)

    def __post_init__(self) -> None:
        self.by_name = {each.name: each for each in self.sheet.questions}

    def holds(self, condition: Tree | None) -> bool:
        return condition is None or worth(condition, self) is True  # type: ignore[arg-type]

    def is_visible(self, question: Asked) -> bool:
        allowed = self.sensitive or not question.sensitive
        return allowed and self.holds(self.sheet.pages[question.page]) and self.holds(question.visible_if)

    def get(self, name: str) -> Any:
        """What a name is worth; a blank where its question is hidden."""
        if name == ".":
            return self.own
        if name in self.facts:
            return self.facts[name]
        parent = name.removesuffix("_other")
        if name in self.by_name:
            question = self.by_name[name]
        elif parent in OPENING:
            return self.beside(self.by_name[parent])
        else:
            question = self.by_name[name.partition("_")[0]]
        if not self.is_visible(question):
            return None
        if question.calculation is not None:
            return worth(question.calculation, self)  # type: ignore[arg-type]
        said = self.said.get(question.name)
        return said.worth.get(name) if said is not None and said.rule in (None, "unknown_file") else None

    def beside(self, question: Asked) -> Any:
        """The text beside an option: hidden unless that option is chosen."""
        text = self.said.get(f"{question.name}_other")
        return text.worth.get(f"{question.name}_other") if text and not text.rule and self.opens(question) else None

    def opens(self, question: Asked) -> bool:
        chosen = self.get(question.name) or ()
        return OPENING[question.name] in (chosen if isinstance(chosen, tuple) else (chosen,))

    @property
    def pages(self) -> list[str]:
        return [page for page, condition in self.sheet.pages.items() if self.holds(condition)]

    @property
    def shown(self) -> list[Asked]:
        return [each for each in self.sheet.questions if self.is_visible(each)]

    @property
    def calculated(self) -> Json:
        return {each.name: self.get(each.name) for each in self.sheet.questions if each.calculation is not None}

    def problems(self, among: Sequence[str] | None = None) -> set[tuple[str, str]]:
        """What is refused, by name and rule; of these names alone."""
        found = {(f"{name}{said.at}", said.rule) for name, said in self.said.items() if said.rule}
        bound = ((each, each.constraint, self.get(each.name)) for each in self.shown)
        found |= {
            (each.name, "constraint")
            for each, constraint, own in bound
            if constraint is not None and own is not None and not replace(self, own=own).holds(constraint)
        }
        return {pair for pair in found if among is None or pair[0].partition("/")[0] in among}

    def _asked(self) -> Iterator[tuple[Asked, Said | None]]:
        for each in self.shown:
            said = self.said.get(each.name)
            if each.name not in UNASKED and (said is None or said.rule in (None, "unknown_file")):
                yield each, said

    @property
    def missing(self) -> set[str]:
        """Required and visible, and not answered."""
        return {each.name for each, said in self._asked() if each.required and not _answers(said)}

    @property
    def kept(self) -> Json:
        """What a submission stores: blanks say nothing."""
        found = {each.name: stated(each.name, said.json) for each, said in self._asked() if said is not None}
        for name in OPENING:
            text = self.said.get(f"{name}_other")
            if text is not None and self.opens(self.by_name[name]):
                found[f"{name}_other"] = stated(f"{name}_other", text.json)
        return {name: value for name, value in found.items() if value is not None}

    @property
    def counts(self) -> tuple[int, int]:
        """How many visible questions are answered, and asked."""
        asked = list(self._asked())
        return sum(_answers(said) for _, said in asked), len(asked)

    @property
    def completeness(self) -> str:
        asked = list(self._asked())
        begun = any(said is not None and (said.is_missing or said.worth) for _, said in asked)
        if not begun:
            return "empty"
        if all(_answers(said) for _, said in asked):
            return "complete"
        has_core = any(each.core for each in self.sheet.questions)
        needed = [said for each, said in asked if (each.core if has_core else each.required)]
        return "core" if all(map(_answers, needed)) else "partial"

    def text(self, language: str) -> str:
        """The last text, with values put in."""
        return self.sheet.text_with(language, {name: self._label(name, language) for name in self.sheet.piped})

    def _label(self, name: str, language: str) -> str:
        value = self.get(name)
        if value is None:
            return "—"
        if isinstance(value, bool):
            return YES[language][value]
        if name in ("c1", "m1", "rk", "g1_x"):
            texts = {each["value"]: each["text"][language] for each in TYPES[name.partition("_")[0]].sent["options"]}
            chosen = value if isinstance(value, tuple) else (value,)
            return {"zh": "、", "en": ", "}[language].join(texts[each] for each in chosen)
        return f"{value:%Y-%m}" if name == "mo1" else shown(value)


def _answers(said: Said | None) -> bool:
    return said is not None and (said.is_missing or said.whole)


def stated(name: str, value: Any) -> Any:
    """A value without what says nothing: order of choices, empty members, blanks."""
    if isinstance(value, dict):
        value = {each: part for each, part in value.items() if part not in (None, "")}
    if name == "m1" and isinstance(value, list):
        value = sorted(value)
    is_blank = value in (None, [], {}) or (isinstance(value, str) and not value.strip())
    return None if is_blank else value


def _constraints(name: str, kind: str, known: str) -> st.SearchStrategy[Tree]:
    """About the own value, and what was answered before."""
    sign = st.sampled_from(["=", "!=", "<", "<=", ">", ">="] if kind in ("num", "date") else ["=", "!="])
    about = st.tuples(st.just("op"), sign, st.just(("name", ".")), trees(kind, 1, known))
    return about | st.tuples(st.just("op"), st.sampled_from(["and", "or"]), about, trees("bool", 1, known))


def _conditions(page: str) -> st.SearchStrategy[Tree]:
    found = trees("bool", 2, SCOPES[page])
    if page != "four":
        return found
    names = st.sampled_from(["k1", "p1", "e1", "f1"]).map(lambda name: ("name", name))
    blanks = st.tuples(st.just("blank"), st.sampled_from(["=", "!="]), names)
    coded = st.sampled_from([("k1", "11"), ("p1", "abroad")]).map(
        lambda pair: ("op", "=", ("name", pair[0]), ("lit", pair[1]))
    )
    return found | blanks | coded | st.tuples(st.just("op"), st.sampled_from(["and", "or"]), found, blanks)


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    """Any questionnaire."""
    rarely, often = st.sampled_from([True, False, False, False]), st.booleans()
    questions = []
    for page, named in PAGES.items():
        for name, of in named.items():
            asks = name not in UNASKED
            sensitive = asks and (name == "w1" or draw(rarely))
            refusable = sensitive or (asks and draw(often))
            logic: Json = {}
            if page in SCOPES and draw(rarely if asks else often):
                logic["visible_if"] = draw(_conditions(page))
            if page in SCOPES and of.kind and draw(rarely):
                logic["constraint"] = draw(_constraints(name, of.kind, SCOPES[page]))
            if name in ("ka", "kt"):
                logic["calculation"] = draw(trees("num" if name == "ka" else "text", 2, "pay"))
            if asks and name != "f1":
                logic["required"] = draw(rarely)
            questions.append(
                Asked(name, page, core=asks and draw(rarely), refusable=refusable, sensitive=sensitive, **logic)
            )
    pages = {page: draw(st.none() | _conditions(page)) if page in SCOPES else None for page in PAGES}
    return Sheet(tuple(questions), pages, tuple(draw(st.lists(st.sampled_from(PIPED), max_size=3))))


def _sayings(asked: Asked, wrong: bool) -> st.SearchStrategy[Said]:
    of, name = TYPES[asked.name], asked.name
    found = [*(of.said.wrong if wrong and of.said.wrong else of.said.good)]
    if name not in UNASKED and asked.refusable != wrong:
        columns, is_number = of.columns or (name,), of.sent["type"] == "number"
        found += [
            st.just(
                answers.missing(name, columns if name != "f1" else (), word, refusable=not wrong, is_number=is_number)
            )
            for word in answers.MISSING
        ]
    if not wrong and not of.columns:
        found.append(st.just(answers.nothing(name)))
    return st.one_of(found)


ANSWERABLE = [name for name in TYPES if name not in (*UNASKED, "f1")]


@st.composite
def sayings(draw: st.DrawFn, sheet: Sheet) -> dict[str, Said]:
    """Anything that is said to a questionnaire: often whole and right, else with a few faults."""
    asked = {each.name: each for each in sheet.questions}
    faulty = draw(st.sets(st.sampled_from(sorted(TYPES)), max_size=3)) if draw(st.booleans()) else set()
    left_out = draw(st.sets(st.sampled_from(ANSWERABLE), max_size=12)) if draw(st.booleans()) else set()
    named = [name for name in TYPES if name in faulty or (name in ANSWERABLE and name not in left_out)]
    found = {name: draw(_sayings(asked[name], wrong=name in faulty)) for name in named}
    for name in OPENING:
        if draw(st.booleans()):
            other = f"{name}_other"
            column = "m1_other_text" if name == "m1" else other
            text = draw(st.one_of(answers.texts(other, 8).good))
            found[other] = replace(text, cells=dict.fromkeys([column], text.json))
    if draw(st.sampled_from([True, *[False] * 9])):
        found[UNKNOWN] = Said("x", {UNKNOWN: ["x"]}, None, rule="unknown_question")
    return found


def number_of(value: Any) -> Any:
    """A calculated value as JSON shows it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and abs(value) < Decimal(10) ** 28 else float(value)
    return value.isoformat() if isinstance(value, date) else value
