"""Which events a caller may follow: the owners of its row scope as conditions over the outbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from common.auth import EVERYTHING, Owners, Principal, Role, RowScope
from common.contracts.catalogue import EVENT_TYPES, TOPICS
from common.errors import Forbidden

READERS = (
    Role.GRADUATE,
    Role.COUNSELLOR,
    Role.COLLEGE_OFFICER,
    Role.SCHOOL_OFFICER,
    Role.PROVINCIAL_OFFICER,
    Role.INTEGRATOR,
    Role.SYSTEM,
    Role.ADMIN,
)

Conditions = Mapping[str, str]
"""Part of the owners → condition over `outbox`, with what the caller claims as the parameter of that name.

The parameter of `class_code` is an array, every other one a single text: only an equal condition lets PostgreSQL walk
an index in the order of positions.
"""

_SEVERAL = frozenset({"class_code"})
_IN_DATA = {
    "college_code": "data ->> 'college_code' = :college_code",
    "class_code": "data ->> 'class_code' = ANY(:class_code)",
}


@dataclass(frozen=True)
class FeedScope:
    """Conditions that all must hold, with their values. `nothing` where a claim that the role needs is missing."""

    conditions: tuple[str, ...] = ()
    values: Mapping[str, str | list[str]] = field(default_factory=dict)
    nothing: bool = False


def owner_conditions(topics: Sequence[str], added: Conditions) -> Conditions:
    """The SQL condition for each part of the owners that these topics carry, and those that the service adds."""
    models = [each.model for each in EVENT_TYPES.values() if each.topic in topics]
    carried = {name for model in models for name in model.model_fields}
    found = {"school_code": "school_code = :school_code"}
    if any(TOPICS[topic].key == "graduate_id" for topic in topics):
        found["graduate_id"] = "key = :graduate_id"
    found |= {name: condition for name, condition in _IN_DATA.items() if name in carried}
    return {**found, **added}


def scope_of(caller: Principal, conditions: Conditions) -> FeedScope:
    """The caller's part of the feed; raises Forbidden where a part of its row scope has no condition here."""
    rows = _rows(caller)
    claimed = {name: sorted(str(each) for each in seen) for name, seen in rows.among.parts().items()}
    if not claimed.keys() <= conditions.keys():
        raise Forbidden
    values = {name: each if name in _SEVERAL else each[0] for name, each in claimed.items()}
    return FeedScope(tuple(conditions[name] for name in claimed), values, rows.nothing)


def _rows(caller: Principal) -> RowScope:
    """An integrator follows what its contract names, one school or all; every other role the rows of its scope."""
    if caller.role is not Role.INTEGRATOR:
        return caller.row_scope()
    if caller.school_code is None:
        return EVERYTHING
    return RowScope(Owners(school_code={caller.school_code}))
