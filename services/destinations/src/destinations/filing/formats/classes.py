"""What files say of the class of a destination beside its code: 就业, 升学 or 未就业, and 0 or 1 for each class."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from common.codes import Cell, CodeLists
from common.codes.spelling import cell_text, normalise

LEVEL = "class_level"
FLEXIBLE = "class_flexible"
"""Our names of the columns with the level, and with 灵活就业, which overlaps the classes."""

CLASSES: Mapping[str, str] = {
    "class_unit": "unit",
    "class_own_business": "own_business",
    "class_freelance": "freelance",
    "class_study_mainland": "study_mainland",
    "class_study_abroad": "study_abroad",
    "class_seeking": "seeking",
    "class_not_seeking": "not_seeking",
}
"""Our name of each further column → the class of which it holds 0 or 1."""

HEADERS: Mapping[str, tuple[str, ...]] = {
    LEVEL: ("毕业去向状态",),
    "class_unit": ("是否单位就业",),
    "class_own_business": ("是否自主创业",),
    "class_freelance": ("是否自由职业",),
    "class_study_mainland": ("是否境内升学",),
    "class_study_abroad": ("是否境外留学",),
    "class_seeking": ("是否待就业",),
    "class_not_seeking": ("是否暂不就业",),
    FLEXIBLE: ("是否灵活就业",),
}
"""Our names of these columns → their header texts."""

LEVELS: Mapping[str, str] = {"employed": "就业", "further_study": "升学", "not_employed": "未就业"}
"""The level of a code → the word of files."""

_WORDS = {**{word: word for word in LEVELS.values()}, "已就业": "就业"}
_TRUTHS = {"0": False, "1": True, "否": False, "是": True, "false": False, "true": True}


class UnclearFlag(ValueError):
    """A cell that should hold 0 or 1, and does not."""


def level_of(destination_code: str) -> str | None:
    """The word for the level that a code belongs to; None for an unknown code."""
    return LEVELS.get(_attribute(destination_code, "class_level1"))


def is_in_class(destination_code: str, column: str) -> bool:
    """Whether a code belongs to the class of a column."""
    return _attribute(destination_code, "class_level2") == CLASSES[column]


def flag_in(cell: Cell) -> bool | None:
    """What a cell with 0 or 1 says, None where it is blank; raises UnclearFlag."""
    text = normalise(cell_text(cell))
    if not text:
        return None
    if (said := _TRUTHS.get(text)) is None:
        raise UnclearFlag
    return said


def disagreeing(destination_code: str, said: Mapping[str, Cell]) -> Iterator[str]:
    """Of the columns with a level or a class those that contradict the code; `said` are their cells."""
    level, known = level_of(destination_code), _known(destination_code)
    for column, cell in said.items():
        text = normalise(cell_text(cell))
        if not text or not known:
            continue
        if column == LEVEL:
            if _WORDS.get(text) != level:
                yield column
        elif column in CLASSES and _TRUTHS.get(text) is not is_in_class(destination_code, column):
            yield column


def _attribute(destination_code: str, name: str) -> str:
    return _attributes(CodeLists.load(), destination_code).get(name, "")


def _known(destination_code: str) -> bool:
    return bool(_attributes(CodeLists.load(), destination_code))


@lru_cache(maxsize=500)
def _attributes(lists: CodeLists, destination_code: str) -> Mapping[str, str]:
    entry = lists.get("destination").lookup(destination_code)
    return {} if entry is None else entry.attributes
