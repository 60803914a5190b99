"""What becomes of the photos of a part: each is stored, unchanged, or breaks rules. Pure."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from common.identifiers import CollegeCode, GraduateId
from registry.graduates.domain.resolving import RosterPerson
from registry.photo_checks.rules import Check
from registry.photos.domain import state_after
from registry.photos.imports.rows import Member


@dataclass(frozen=True)
class Fault:
    """A rule that the member at a place of the ZIP file breaks."""

    row: int
    rule: str


@dataclass(frozen=True)
class Holders:
    """The graduates by the numbers that name photos, and the numbers that were an erased person's."""

    people: Mapping[str, Sequence[RosterPerson]]
    erased: Collection[str]


@dataclass
class PhotoPlan:
    """The members by the graduates whom they mean, those of erased people, and what is wrong with the others."""

    meant: dict[GraduateId, Member] = field(default_factory=dict)
    erased: list[Member] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def planned(
    members: Sequence[Member],
    holders: Holders,
    college_code: CollegeCode | None,
    seen: set[GraduateId],
) -> PhotoPlan:
    """Whom the members mean, within a college where the sender has one; adds them to those `seen` in the file."""
    plan = PhotoPlan()
    for member in members:
        if member.fault is None and member.number in holders.erased:
            plan.erased.append(member)
            continue
        people = [each for each in holders.people.get(member.number, ()) if college_code in (None, each.college_code)]
        rule = member.fault or _fault(people, seen)
        if rule is None:
            plan.meant[people[0].id] = member
            seen.add(people[0].id)
        else:
            plan.faults.append(Fault(member.row, rule))
    return plan


def counted(
    checks: Mapping[GraduateId, Sequence[Check]],
    stored: Collection[GraduateId],
    unchanged: int,
    faults: Sequence[Fault],
) -> dict[str, int]:
    """What members come to, by the names of the result; `stored` are graduates who had a photo before."""
    updated = sum(each in stored for each in checks)
    states = Counter(state_after(each).value for each in checks.values())
    rejected = len({each.row for each in faults})
    named = {"created": len(checks) - updated, "updated": updated, "unchanged": unchanged, "rejected": rejected}
    return {**named, **states}


def _fault(people: Sequence[RosterPerson], seen: set[GraduateId]) -> str | None:
    if not people:
        return "unknown_graduate"
    if len(people) > 1:
        return "ambiguous"
    return "duplicate_in_file" if people[0].id in seen else None
