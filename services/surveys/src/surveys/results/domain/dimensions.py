"""The groups by which results are asked for: strata as of the wave's creation."""

from collections.abc import Mapping, Sequence

from common.errors import BadQuery, FieldProblem, Message

Key = tuple[str | None, ...]
"""A group by the values of its dimensions; None where the roster said nothing."""

DIMENSIONS = ("education_level", "college", "major", "destination_class", "study_form")
"""Those of results, in the order in which they are judged; `sex` is for weights alone."""

_REPEATED = Message("分组维度重复", "The dimension is given twice")
_UNKNOWN = Message(
    f"未知的分组维度；可用：{' '.join(DIMENSIONS)}", f"Unknown dimension; there are: {' '.join(DIMENSIONS)}"
)


def groupings(by: str | None) -> tuple[str, ...]:
    """The dimensions of a comma-separated list; raises BadQuery for unknown and repeated ones."""
    names = tuple(by.split(",")) if by else ()
    for at, name in enumerate(names):
        if name not in DIMENSIONS:
            raise BadQuery([FieldProblem("by", "unknown_dimension", _UNKNOWN)])
        if name in names[:at]:
            raise BadQuery([FieldProblem("by", "repeated_dimension", _REPEATED)])
    return names


def named(names: Sequence[str], key: Key) -> Mapping[str, str | None]:
    """A group as it is answered."""
    return dict(zip(names, key, strict=True))
