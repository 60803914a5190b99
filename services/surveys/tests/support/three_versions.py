"""A questionnaire in three versions: a question renamed in the second, one dropped and an option gone in the third."""

from typing import Any

Json = dict[str, Any]


def _said(text: str) -> Json:
    return {"zh": text, "en": f"{text} (en)"}


def _asks(name: str, kind: str, **more: Any) -> Json:
    return {"id": name, "type": kind, "required": False, "text": _said(f"问题 {name}")} | more


def _options(*values: str, **more: Json) -> list[Json]:
    return [{"value": value, "text": _said(f"选项{value}")} | more.get(f"o{value}", {}) for value in values]


LONG = "长" * 60

WORK = _asks("work", "single_choice", options=_options("1", "2", "3"))
MANY = _asks("many", "multiple_choice", options=_options("1", "2", "other", oother={"other": True}))
REST = [
    MANY,
    _asks("grid", "matrix", options=_options("a", "b"), rows=_options("x", "y")),
    _asks("why", "text", visible_if="${work} = '1'"),
    _asks("match", "scale", scale={"min": 1, "max": 5}, visible_if="${work} = '1'", refusable=True),
    _asks("hours", "number", decimals=1, refusable=True),
    _asks("since", "date"),
    _asks("left", "month"),
    _asks("home", "place", depth="province"),
    _asks("fair", "boolean"),
    _asks("order", "ranking", options=_options("a", "b", "c")),
    _asks("boss", "employer"),
    _asks("twice", "calculated", calculation="${hours} * 2", result="number"),
]
OLD, NEW, GONE = _asks("pay", "money", period="month"), _asks("salary", "money", period="month"), _asks("gone", "nps")


def version(*questions: Json) -> Json:
    return {"title": _said("跟踪调查"), "pages": [{"id": "all", "questions": list(questions)}]}


VERSIONS = (
    version(WORK, OLD, GONE, *REST),
    version(WORK, NEW, GONE, *REST),
    version(WORK | {"options": [*_options("1", "2"), {"value": "4", "text": _said(LONG)}]}, NEW, *REST),
)

ANSWERS: tuple[Json, ...] = (
    {
        "work": "1", "salary": 6500, "many": ["1", "other"], "many_other": "自由", "grid": {"x": "a"}, "why": "=1+1",
        "match": 5, "hours": 40.5, "since": "2024-07-01", "left": "2025-02", "home": "410000", "fair": True,
        "order": ["b", "a"], "boss": {"name": "某某公司", "uscc": None},
    },
    {"work": "2", "hours": {"missing": "refused"}, "fair": False},
    {"work": "1", "match": {"missing": "unknown"}, "hours": 8},
)  # fmt: skip
"""Of the third version."""

EXPECTED: tuple[Json, ...] = (
    {
        "work": 1, "salary": 6500, "many_1": 1, "many_2": 0, "many_other": 1, "grid_x": "a", "grid_y": None, "match": 5,
        "hours": 40.5, "since": "2024-07-01", "left": "2025-02", "home": "410000", "fair": 1, "order_a": 2,
        "order_b": 1, "order_c": None, "twice": 81, "pay": -97, "gone": -97,
    },
    {
        "work": 2, "salary": None, "many_1": None, "many_2": None, "many_other": None, "grid_x": None, "grid_y": None,
        "match": -97, "hours": -98, "since": None, "left": None, "home": None, "fair": 0, "order_a": None,
        "order_b": None, "order_c": None, "twice": None, "pay": -97, "gone": -97,
    },
    {
        "work": 1, "salary": None, "many_1": None, "many_2": None, "many_other": None, "grid_x": None, "grid_y": None,
        "match": -99, "hours": 8, "since": None, "left": None, "home": None, "fair": None, "order_a": None,
        "order_b": None, "order_c": None, "twice": 16, "pay": -97, "gone": -97,
    },
)  # fmt: skip
"""The cells of their rows, by hand: of the answers alone, without words, names and the groups of who answered."""
