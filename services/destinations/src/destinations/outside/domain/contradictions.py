"""Where a fact and the registration that is in the figures cannot both be true (矛盾). Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from common.codes import CodeLists, normalise
from destinations.outside.domain.facts import ENROLLED, Content, FactKind, is_same_employer
from destinations.registrations.domain.content import CODE_LISTS, Destination

EMPLOYED, STUDYING = "employed", "further_study"
"""Of `class_level1` of the list of destinations."""


class Contradiction(StrEnum):
    """What cannot be true at once."""

    OTHER_EMPLOYER = "other_employer"
    INSURED_NOT_EMPLOYED = "insured_not_employed"
    INSURED_IN_STUDY = "insured_in_study"
    ENROLLED_ELSEWHERE = "enrolled_elsewhere"
    OTHER_SCHOOL = "other_school"


@dataclass(frozen=True)
class Registered:
    """The destination in the figures, the day from which it counts, and the cohort's day of graduation."""

    destination: Destination
    decided_on: date
    graduation_day: date

    @property
    def level1(self) -> str | None:
        """Employed, studying, or not employed."""
        entry = CodeLists.load().get(CODE_LISTS["destination_code"]).lookup(self.destination.destination_code)
        return entry.attributes.get("class_level1") if entry else None


def contradiction_of(content: Content, registered: Registered | None) -> Contradiction | None:
    """What a fact contradicts, if it holds on a day on which the destination counts."""
    if registered is None or not content.covers_any_day_from(registered.decided_on):
        return None
    return _OF_KIND[content.kind](content, registered)


def of_employment(content: Content, registered: Registered) -> Contradiction | None:
    """Of who is insured by an employer."""
    if not content.has_employer:
        return None
    if registered.level1 == EMPLOYED:
        return _of_employer(content, registered.destination)
    return Contradiction.INSURED_IN_STUDY if registered.level1 == STUDYING else Contradiction.INSURED_NOT_EMPLOYED


def _of_employer(content: Content, destination: Destination) -> Contradiction | None:
    """Names alone say too little: one employer has several."""
    said, recorded = content.values.get("employer_uscc"), destination.employer_uscc
    has_none = recorded is None and destination.employer_name is None
    if has_none or (said and recorded and not is_same_employer(content, destination)):
        return Contradiction.OTHER_EMPLOYER
    return None


def of_study(content: Content, registered: Registered) -> Contradiction | None:
    """Studies that began before the graduation are those that the graduate has ended."""
    if content.values.get("study_state") not in ENROLLED or content.from_on <= registered.graduation_day:
        return None
    if registered.level1 != STUDYING:
        return Contradiction.ENROLLED_ELSEWHERE
    destination = registered.destination
    recorded = destination.study_school_name or destination.abroad_school_name_zh
    is_other = recorded and normalise(recorded) != normalise(content.values["study_school_name"])
    return Contradiction.OTHER_SCHOOL if is_other else None


_OF_KIND = {FactKind.EMPLOYMENT: of_employment, FactKind.STUDY: of_study}
