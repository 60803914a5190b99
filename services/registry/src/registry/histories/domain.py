"""What the versions of an entry say. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from registry.graduates.domain.entry import FIELDS, changed_fields


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version of an entry: the act and its door, its role, the day it counts from.

    `before` and `after` have the fields that it changed, in clear; a first version has all that have a value.
    """

    version: int
    sequence: int
    action: str
    source: str
    role: str
    status: str
    college_code: str | None
    major_code: str | None
    class_code: str | None
    education_level_code: str | None
    decided_on: date
    recorded_at: datetime
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @classmethod
    def of(cls, stated: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]) -> Self:
        """The version of what a row states, with the contents of the version before, if any, and of its own.

        A field that only a later release knows is in neither: no mask is known for it.
        """
        changed = changed_fields(before, after)
        return cls(
            **{name: stated[name] for name in STATED},
            before={field: before.get(field) for field in changed},
            after={field: after.get(field) for field in changed},
        )


STATED = tuple(each.name for each in fields(Version) if each.name not in {"before", "after"})
"""What a row states of a version beside its content."""


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Where the value of a field comes from: the last version that changed it.

    `operation_id` is of an import, `source_name` what its file was said to come from.
    """

    field: str
    source: str
    version: int
    recorded_at: datetime
    role: str
    operation_id: UUID | None
    source_name: str | None = None


def named_by(found: Provenance, names: Mapping[UUID, str]) -> Provenance:
    """The provenance with the name that its import gave, if any."""
    return replace(found, source_name=names.get(found.operation_id) if found.operation_id else None)


def in_order(found: Iterable[Provenance]) -> list[Provenance]:
    """What is found of the fields that an entry has, in the order of the contract."""
    by_field = {each.field: each for each in found}
    return [by_field[field] for field in FIELDS if field in by_field]
