"""口径: the three schemes of rate definitions, as dated data.

A scheme says which destination codes form a class and which classes form a measure. Counts are kept per code, so a
new definition is a new entry here and needs no recount. A code ending in `*` stands for itself and its sub-codes.
A code that no class of a scheme names (a later list may have one) is in N and, like a graduate without a registration,
in `not_registered`, so that the classes and `not_registered` always add up to N.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from common.errors import Message
from common.identifiers import Cohort

FLEXIBLE_FLAG = "flexible_flag"
"""Not a class but a mark on the record (灵活就业): it overlaps the classes and is never an addend in CN-2024."""


@dataclass(frozen=True)
class Measure:
    """One rate: the classes in its numerator and its denominator; without a denominator the population N is meant."""

    name: str
    title: Message
    numerator: tuple[str, ...]
    denominator: tuple[str, ...] | None = None

    @property
    def overlapping(self) -> bool:
        """Whether its graduates are in other classes, too, so that it is no addend."""
        return FLEXIBLE_FLAG in self.numerator


@dataclass(frozen=True)
class Scheme:
    """One definition with the cohorts for which it is the default."""

    id: str
    version: str
    title: Message
    first_cohort: int | None
    last_cohort: int | None
    classes: Mapping[str, tuple[str, ...]]
    measures: tuple[Measure, ...]
    source: str
    verified: bool

    def measure(self, name: str) -> Measure | None:
        """The measure of that name, if the scheme has it."""
        return next((measure for measure in self.measures if measure.name == name), None)


_STUDY = ("80*", "81", "85*")
_SEEKING = ("70*",)
_NOT_SEEKING = ("71*", "72*")
_UNIT_WITHOUT_OTHER_FORMS = ("10", "11", "27*", "46", "50*", "51*")

PLACEMENT = Message("毕业去向落实率", "Placement rate")
OWN_BUSINESS = Message("自主创业率", "Own business rate")
FLEXIBLE = Message("灵活就业率", "Flexible employment rate")
FURTHER_STUDY = Message("升学率", "Further study rate")
SEEKING = Message("待就业率", "Seeking rate")
NOT_SEEKING = Message("暂不就业率", "Not seeking rate")

CN_2024 = Scheme(
    id="CN-2024",
    version="CN-2024.1",
    title=Message("2024 届起口径", "Scheme from the 2024 cohort on"),
    first_cohort=2024,
    last_cohort=None,
    classes=MappingProxyType(
        {
            "unit": (*_UNIT_WITHOUT_OTHER_FORMS, "12"),
            "own_business": ("75*",),
            "freelance": ("76*",),
            "further_study": _STUDY,
            "seeking": _SEEKING,
            "not_seeking": _NOT_SEEKING,
        }
    ),
    measures=(
        Measure("placement_rate", PLACEMENT, ("unit", "own_business", "freelance", "further_study")),
        Measure("unit_employment_rate", Message("单位就业率", "Unit employment rate"), ("unit",)),
        Measure("own_business_rate", OWN_BUSINESS, ("own_business",)),
        Measure("freelance_rate", Message("自由职业率", "Freelance rate"), ("freelance",)),
        Measure("further_study_rate", FURTHER_STUDY, ("further_study",)),
        Measure("seeking_rate", SEEKING, ("seeking",)),
        Measure("not_seeking_rate", NOT_SEEKING, ("not_seeking",)),
        Measure("flexible_employment_rate", FLEXIBLE, (FLEXIBLE_FLAG,)),
    ),
    source="domain reference 1.1, 2.2",
    verified=False,
)

CN_2021 = Scheme(
    id="CN-2021",
    version="CN-2021.1",
    title=Message("2021—2023 届口径", "Scheme of the 2021 to 2023 cohorts"),
    first_cohort=2021,
    last_cohort=2023,
    classes=MappingProxyType(
        {
            "contract": _UNIT_WITHOUT_OTHER_FORMS,
            "own_business": ("75*",),
            "flexible": ("12", "76*"),
            "further_study": _STUDY,
            "seeking": _SEEKING,
            "not_seeking": _NOT_SEEKING,
        }
    ),
    measures=(
        Measure("placement_rate", PLACEMENT, ("contract", "own_business", "flexible", "further_study")),
        Measure("contract_employment_rate", Message("协议和合同就业率", "Contract employment rate"), ("contract",)),
        Measure("own_business_rate", OWN_BUSINESS, ("own_business",)),
        Measure("flexible_employment_rate", FLEXIBLE, ("flexible",)),
        Measure("further_study_rate", FURTHER_STUDY, ("further_study",)),
        Measure("seeking_rate", SEEKING, ("seeking",)),
        Measure("not_seeking_rate", NOT_SEEKING, ("not_seeking",)),
    ),
    source="domain reference 2.2",
    verified=True,
)

_EMPLOYED_2004 = (*_UNIT_WITHOUT_OTHER_FORMS, "12", "75*", "76*", *_STUDY)

CN_2004 = Scheme(
    id="CN-2004",
    version="CN-2004.1",
    title=Message("2004 年口径", "Scheme of 2004"),
    first_cohort=None,
    last_cohort=2020,
    classes=MappingProxyType({"employed": _EMPLOYED_2004, "seeking": _SEEKING, "not_seeking": _NOT_SEEKING}),
    measures=(
        Measure(
            "employment_rate",
            Message("就业率", "Employment rate"),
            ("employed",),
            denominator=("employed", "seeking", "not_seeking"),
        ),
    ),
    source="domain reference 2.2",
    verified=True,
)

SCHEMES: Mapping[str, Scheme] = MappingProxyType({scheme.id: scheme for scheme in (CN_2024, CN_2021, CN_2004)})


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
