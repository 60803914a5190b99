"""口径: the schemes of rate definitions, made of their documents.

A scheme says which destination codes form a class and which classes form a measure. Counts are kept per code, so a
new definition is a new document and needs no recount. A code ending in `*` stands for itself and its sub-codes.
A code that no class of a scheme names (a later list may have one) is in N and, like a graduate without a registration,
in `not_registered`, so that the classes and `not_registered` always add up to N.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Self

from common.errors import Message
from common.identifiers import Cohort
from indicators.schemes.documents import Kind, newest

FLEXIBLE_FLAG = "flexible_flag"
"""Not a class but a mark on the record (灵活就业): it overlaps the classes and is never an addend in CN-2024."""


@dataclass(frozen=True)
class Measure:
    """One rate: the classes in its numerator and its denominator; without a denominator the population N is meant."""

    name: str
    title: Message
    numerator: tuple[str, ...]
    denominator: tuple[str, ...] | None = None

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """The measure that a document says."""
        numerator, denominator = tuple(content["numerator"]), content["denominator"]
        title = Message(**content["title"])
        return cls(content["name"], title, numerator, None if denominator is None else tuple(denominator))

    @property
    def overlapping(self) -> bool:
        """Whether its graduates are in other classes, too, so that it is no addend."""
        return FLEXIBLE_FLAG in self.numerator


@dataclass(frozen=True)
class Scheme:
    """One definition with the cohorts for which it is the default."""

    id: str
    version: str
    hash: str
    title: Message
    first_cohort: int | None
    last_cohort: int | None
    classes: Mapping[str, tuple[str, ...]]
    measures: tuple[Measure, ...]

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """The scheme that a document says."""
        return cls(
            id=content["id"],
            version=content["version"],
            hash=content["hash"],
            title=Message(**content["title"]),
            first_cohort=content["first_cohort"],
            last_cohort=content["last_cohort"],
            classes=MappingProxyType({name: tuple(codes) for name, codes in content["classes"].items()}),
            measures=tuple(map(Measure.of, content["measures"])),
        )

    def measure(self, name: str) -> Measure | None:
        """The measure of that name, if the scheme has it."""
        return next((measure for measure in self.measures if measure.name == name), None)


SCHEMES: Mapping[str, Scheme] = MappingProxyType({each.id: Scheme.of(each.content) for each in newest(Kind.SCHEME)})
"""The newest version of each; those that are some cohort's own from the newest to the oldest, then the others."""

CN_2024, CN_2021, CN_2004, NACE = (SCHEMES[name] for name in ("CN-2024", "CN-2021", "CN-2004", "NACE"))


def default_scheme(cohort: Cohort) -> Scheme:
    """The scheme under which a cohort was published."""
    return next(scheme for scheme in SCHEMES.values() if scheme.first_cohort is None or cohort >= scheme.first_cohort)


@cache
def class_of(scheme_id: str, destination_code: str | None) -> str | None:
    """The class of a destination code under a scheme; none for no registration and for a code it does not know."""
    if destination_code is None:
        return None
    classes = SCHEMES[scheme_id].classes.items()
    return next((name for name, codes in classes if is_among(destination_code, codes)), None)


def is_among(destination_code: str, codes: tuple[str, ...]) -> bool:
    """Whether the code is one of `codes`, sub-codes included where an entry ends in `*`."""
    return any(
        destination_code.startswith(code[:-1]) if code.endswith("*") else destination_code == code for code in codes
    )
