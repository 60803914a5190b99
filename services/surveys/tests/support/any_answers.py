"""What is said to questions of every type: as JSON, as fields of a form, as cells of a file, and what it is worth.

The rules are written from the contract's table of types, not from the code: what is no value of its question is refused
under a rule, and what is worth nothing is blank.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]
MISSING = {"refused": "-98", "unknown": "-99"}
GOOD_USCC = "91110000600037341L"


@dataclass(frozen=True)
class Said:
    """One thing that is said: `fields` and `cells` are None where a form or a file cannot say it.

    `worth` by variable, blanks left out; `whole` is whether it answers everything; `rule` is why it is refused.
    """

    json: Any
    fields: Mapping[str, Sequence[str]] | None
    cells: Mapping[str, Any] | None
    worth: Mapping[str, Any] = field(default_factory=dict)
    whole: bool = True
    rule: str | None = None
    is_missing: bool = False
    at: str = ""


def plain(name: str, json: Any, typed: Any = None, worth: Any = None, rule: str | None = None) -> Said:
    """What is one field and one cell."""
    typed = json if typed is None else typed
    form = str(typed).lower() if isinstance(typed, bool) else str(typed)
    known = {} if worth is None or rule else {name: worth}
    return Said(json, {name: [form]}, {name: typed}, known, bool(known), rule)


def only_json(json: Any, rule: str) -> Said:
    """A value of another type, which neither a form nor a file has a spelling for."""
    return Said(json, None, None, rule=rule)


def missing(name: str, columns: Sequence[str], word: str, *, refusable: bool, is_number: bool) -> Said:
    """That there is no answer, and why; a number of a file that may not be refused is itself."""
    is_unsayable = not columns or (is_number and not refusable)
    cells = None if is_unsayable else dict.fromkeys(columns, MISSING[word])
    rule = None if refusable else "not_refusable"
    return Said({"missing": word}, {f"{name}__missing": [word]}, cells, rule=rule, is_missing=refusable)


def nothing(name: str) -> Said:
    """A field that is left empty."""
    return Said(None, {name: [""]}, {name: ""}, whole=False)


@dataclass(frozen=True)
class Sayings:
    """What may be said to a question: what is a value of it or blank, and what is none."""

    good: Sequence[st.SearchStrategy[Said]]
    wrong: Sequence[st.SearchStrategy[Said]]


def booleans(name: str) -> Sayings:
    good = st.booleans().map(lambda each: plain(name, each, worth=each))
    return Sayings([good], [st.sampled_from([plain(name, "maybe", rule="boolean"), only_json(1, "boolean")])])


def numbers(name: str) -> Sayings:
    tenths = st.integers(-50, 500).map(lambda each: each / 10)
    good = [
        st.integers(-5, 50).map(lambda each: plain(name, each, worth=Decimal(each))),
        tenths.map(lambda each: plain(name, each, worth=Decimal(str(each)))),
    ]
    wrong = [
        st.sampled_from([-6, 51, 10**17, "viel", "1e1"]).map(lambda each: plain(name, each, rule="number")),
        st.just(plain(name, 1.25, rule="decimals")),
        st.sampled_from([True, [], "7"]).map(lambda each: only_json(each, "number")),
    ]
    return Sayings(good, wrong)


def texts(name: str, most: int = 4) -> Sayings:
    words = st.tuples(st.sampled_from("ab1文"), st.text("ab1文 ", max_size=most - 1)).map(
        lambda two: "".join(two).strip()
    )
    good = [words.map(lambda each: plain(name, each, worth=each)), st.just(plain(name, "  "))]
    wrong = [
        st.just(plain(name, "a" * (most + 1), rule="text")),
        st.sampled_from([5, ["a"], "\x00"]).map(lambda each: only_json(each, "text")),
    ]
    return Sayings(good, wrong)


def formatted(name: str, rule: str, good: str, *wrong: str) -> Sayings:
    given = [st.just(plain(name, good, worth=good)), st.just(plain(name, " "))]
    return Sayings(given, [st.sampled_from(wrong).map(lambda each: plain(name, each, rule=rule))])


def days(name: str) -> Sayings:
    good = st.dates(date(2020, 1, 1), date(2030, 1, 1)).map(
        lambda day: Said(day.isoformat(), {name: [f"{day.year}/{day.month}/{day.day}"]}, {name: day}, {name: day})
    )
    wrong = [
        st.sampled_from(["2024-02-30", "soon"]).map(lambda each: plain(name, each, rule="date")),
        st.sampled_from([20240101, "2024-1-1"]).map(lambda each: only_json(each, "date")),
    ]
    return Sayings([good], wrong)


def months(name: str) -> Sayings:
    good = st.dates(date(2020, 1, 1), date(2030, 1, 1)).map(
        lambda day: plain(name, f"{day:%Y-%m}", f"{day.year}年{day.month}月", date(day.year, day.month, 1))
    )
    return Sayings([good], [st.sampled_from(["2024-13", "soon"]).map(lambda each: plain(name, each, rule="month"))])


def steps(name: str, rule: str, low: int, high: int) -> Sayings:
    good = st.integers(low, high).map(lambda each: plain(name, each, worth=Decimal(each)))
    wrong = [
        st.sampled_from([low - 1, high + 1, 2.5, "viel"]).map(lambda each: plain(name, each, rule=rule)),
        st.sampled_from([True, "2"]).map(lambda each: only_json(each, rule)),
    ]
    return Sayings([good], wrong)


def amounts(name: str) -> Sayings:
    good = st.integers(0, 20_000).map(lambda each: plain(name, each, f"{each:,}", Decimal(each)))
    return Sayings(
        [good], [st.sampled_from([-1, 0.5, "viel", 10**16]).map(lambda each: plain(name, each, rule="money"))]
    )


def choices(name: str) -> Sayings:
    wrong = [
        st.sampled_from(["9", "选"]).map(lambda each: plain(name, each, rule="single_choice")),
        st.sampled_from([1, ["1"]]).map(lambda each: only_json(each, "single_choice")),
    ]
    return Sayings([st.sampled_from("123").map(lambda each: plain(name, each, worth=each))], wrong)


OPTIONS = ("1", "2", "other")


def several(name: str) -> Sayings:
    """Of options 1, 2 (alone) and other: at most two."""

    def said(chosen: Sequence[str]) -> Said:
        cells = {f"{name}_{each}": "1" if each in chosen else "0" for each in OPTIONS}
        rule = "exclusive" if "2" in chosen and len(chosen) > 1 else None
        ordered = tuple(each for each in OPTIONS if each in chosen)
        known = {name: ordered} if ordered and not rule else {}
        return Said([*chosen], {name: ["", *chosen]}, cells, known, bool(known), rule)

    wrong = [
        st.sampled_from([["1", "2"], ["2", "other"]]).map(said),
        st.sampled_from([["9"], ["1", "1"]]).map(lambda each: Said(each, {name: each}, None, rule="multiple_choice")),
        st.sampled_from(["1", [1]]).map(lambda each: only_json(each, "multiple_choice")),
    ]
    return Sayings([st.sampled_from([[], ["1"], ["2"], ["other"], ["1", "other"], ["other", "1"]]).map(said)], wrong)


def by_row(name: str) -> Sayings:
    def said(rows: Json) -> Said:
        cells = {f"{name}_{row}": option or "" for row, option in rows.items()}
        given = {cell: option for cell, option in cells.items() if option}
        rule = "matrix" if "9" in given.values() else None
        worth = {} if rule else given
        return Said(rows, {each: [option or ""] for each, option in cells.items()}, cells, worth, len(worth) == 2, rule)

    good = [
        st.fixed_dictionaries({}, optional={"x": st.sampled_from("12"), "y": st.sampled_from("12")}).map(said),
        st.sampled_from([said({"x": "1", "y": None}), said({"x": None})]),
    ]
    wrong = [
        st.sampled_from([said({"x": "9"}), said({"x": "1", "y": "9"})]),
        st.sampled_from([{"z": "1"}, ["1"], "1"]).map(lambda each: only_json(each, "matrix")),
    ]
    return Sayings(good, wrong)


def ranked(name: str) -> Sayings:
    """Of three options, two at most."""

    def said(chosen: Sequence[str]) -> Said:
        places = {f"{name}_{option}": str(place) for place, option in enumerate(chosen, 1)}
        rule = "ranking" if len(chosen) > 2 else None
        known = {name: tuple(chosen)} if chosen and not rule else {}
        return Said([*chosen], {each: [place] for each, place in places.items()}, places, known, bool(known), rule)

    def wrong(first: str, second: str) -> Said:
        places = {f"{name}_1": first, f"{name}_2": second}
        return Said(["1", "1"], {each: [place] for each, place in places.items()}, places, rule="ranking")

    faulty = [
        st.just(said("321")),
        st.sampled_from([wrong("1", "1"), wrong("0", "1"), wrong("first", "2"), wrong("-1", "1")]),
        st.sampled_from([["9"], "1", {"1": 1}]).map(lambda each: only_json(each, "ranking")),
    ]
    return Sayings([st.sampled_from(["", "1", "2", "3", "12", "31", "23", "21"]).map(said)], faulty)


def codes(name: str, rule: str, wrong: str, **labels: str) -> Sayings:
    """Codes, and their labels as they are typed."""
    good = [plain(name, code[1:], typed, code[1:]) for code, label in labels.items() for typed in (code[1:], label)]
    return Sayings([st.sampled_from(good)], [st.sampled_from([plain(name, wrong, rule=rule), only_json(11, rule)])])


def employers(name: str) -> Sayings:
    def said(json: Json, typed: str | None, rule: str | None = None) -> Said:
        parts = {f"{name}_name": json.get("name") or "", f"{name}_uscc": typed or ""}
        known = {} if rule else {name: json["name"]}
        return Said(json, {each: [text] for each, text in parts.items()}, parts, known, bool(known), rule)

    good = st.sampled_from(
        [
            said({"name": "某厂", "uscc": None}, None),
            said({"name": "某厂"}, None),
            said({"name": "某厂", "uscc": GOOD_USCC}, GOOD_USCC),
            said({"name": "某厂", "uscc": GOOD_USCC}, GOOD_USCC.lower()),
        ]
    )
    wrong = [
        said({"name": "某厂", "uscc": f"{GOOD_USCC[:-1]}X"}, f"{GOOD_USCC[:-1]}X", "uscc"),
        said({"name": "某厂", "uscc": "1"}, "1", "uscc"),
        said({"uscc": GOOD_USCC}, GOOD_USCC, "employer"),
        *(only_json(each, "employer") for each in ({"name": " "}, "某厂", {})),
    ]
    return Sayings([good], [st.sampled_from(wrong)])


def files(name: str) -> Sayings:
    """Only what was sent before; nothing was, and no file of answers has one."""
    unsent = {"file_id": "00000000-0000-4000-8000-000000000000"}
    known = {name: unsent["file_id"]}
    wrong = [
        Said({"file_id": "x"}, {name: ["x"]}, None, rule="file"),
        Said(unsent, {name: [unsent["file_id"]]}, None, known, rule="unknown_file", at="/file_id"),
    ]
    return Sayings([], [st.sampled_from(wrong)])


def unanswerable(name: str, rule: str) -> Sayings:
    """What no one is asked; such a column of a file is not read."""
    return Sayings([], [st.just(Said("x", {name: ["x"]}, None, rule=rule))])
