"""Dimensions by which figures are grouped and filtered, and how stored columns become them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

Group = tuple[str | None, ...]
"""A group by the values of its dimensions, in the order asked for; a missing value is None."""

TOTAL = "total"

EDUCATION_LEVELS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "doctoral": ("01", "03"),
        "master": ("11", "13"),
        "second_bachelor": ("25", "26"),
        "bachelor": ("31", "33", "39"),
        "junior_college": ("41", "43", "49", "61"),
    }
)
"""学历 levels with the codes that belong to them, 结业 (completed without a degree) included."""

_LEVEL_OF = {code: level for level, codes in EDUCATION_LEVELS.items() for code in codes}

COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "college": "college_code",
        "major": "major_code",
        "class": "class_code",
        "education_level": "education_level_code",
        "education_level_code": "education_level_code",
        "sex": "sex_code",
        "origin_province": "origin_province_code",
    }
)
"""Dimension of the API → column of a span. `education_level` is a coarser view of its column."""

STORED_DIMENSIONS: Mapping[str, str] = MappingProxyType(
    {name: column for name, column in COLUMNS.items() if name != "education_level"}
)
"""Dimensions that live cells are kept for."""


@dataclass(frozen=True)
class Filter:
    """Only graduates whose column has one of these values."""

    column: str
    values: tuple[str, ...]


def stored_dimension(dimension: str) -> str:
    """The dimension of the cells that answers a single grouping."""
    return "education_level_code" if dimension == "education_level" else dimension


def filter_of(dimension: str, value: str) -> Filter:
    """What a query parameter such as `college=C01` or `education_level=bachelor` keeps."""
    values = EDUCATION_LEVELS.get(value, ()) if dimension == "education_level" else (value,)
    return Filter(COLUMNS[dimension], values)


def level_of(education_level_code: str | None) -> str | None:
    """The education level of a code; none for a missing and for an unknown one."""
    return _LEVEL_OF.get(education_level_code or "")


def group_of(dimensions: Sequence[str], values: Sequence[str | None]) -> Group:
    """Stored column values, in the order of the dimensions, as the values that callers see."""
    return tuple(
        level_of(value) if dimension == "education_level" else value
        for dimension, value in zip(dimensions, values, strict=True)
    )
