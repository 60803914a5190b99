"""What is kept of one answer, and what an event may say of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from common.errors import Message, PermanentError
from common.measures import MEASURES, MeasureValue

Measured: TypeAlias = Mapping[str, MeasureValue]
"""Measure → value."""


class WrongValue(PermanentError):
    """A value that is not of its measure's type, or a code that the measure does not have."""

    code = "measure_value_wrong"
    title = Message("数据项的值不合类型或代码", "A value is not of the type or of the codes of its measure")

    def __init__(self, measure: str) -> None:
        super().__init__(Message(f"{self.title.zh}：{measure}", f"{self.title.en}: {measure}"))


@dataclass(frozen=True)
class Said:
    """One value of an event: the level of posts is named where an employer judges several."""

    measure: str
    value: object
    post_level: str | None


@dataclass(frozen=True)
class Values:
    """What an answer gives, and which measures it names that are not kept.

    `measured` are the values that hold for the whole answer, `by_level` those of one level of posts each.
    """

    measured: Measured
    by_level: Mapping[str, Measured]
    ignored: Sequence[str]


def values_of(said: Iterable[Said], *, of_employer: bool, cycle: int | None) -> Values:
    """What is kept of the values of one answer; raises WrongValue.

    A measure that this version does not know, or that is not asked in this cycle or of this kind of respondent, is
    ignored: the producer may be newer.
    """
    measured: dict[str, MeasureValue] = {}
    by_level: dict[str, dict[str, MeasureValue]] = {}
    ignored: list[str] = []
    for each in said:
        measure = MEASURES.get(each.measure)
        if measure is None or not (measure.of_employers if of_employer else cycle is None or cycle in measure.cycles):
            ignored.append(each.measure)
            continue
        if not measure.takes(each.value):
            raise WrongValue(measure.id)
        level = measured if each.post_level is None else by_level.setdefault(each.post_level, {})
        level[measure.id] = each.value  # type: ignore[assignment]  # just found to be one
    return Values(measured, by_level, ignored)
