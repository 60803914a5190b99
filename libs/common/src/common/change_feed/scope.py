"""Which events a caller may follow: the parts of the row scope as conditions over the outbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from common.auth import Principal, Role, RowScope
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

_IN_DATA = ("college_code", "class_code")

Conditions = Mapping[str, str]
"""Part of the row scope → condition over `outbox`, which has the part as the parameter of that name."""


@dataclass(frozen=True)
class FeedScope:
    """Conditions that all must hold, with their values. `nothing` where a claim that the role needs is missing."""

    conditions: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    nothing: bool = False


def conditions_over(topics: Sequence[str], told_elsewhere: Conditions) -> Conditions:
    """What the events of these topics tell of whose they are, and what the service itself knows of it."""
    models = [each.model for each in EVENT_TYPES.values() if each.topic in topics]
    carried = {name for model in models for name in model.model_fields}
    found = {"school_code": "school_code = :school_code"}
    if any(TOPICS[topic].key == "graduate_id" for topic in topics):
        found["graduate_id"] = "key = :graduate_id"
    found |= {name: f"data ->> '{name}' = :{name}" for name in _IN_DATA if name in carried}
    return {**found, **told_elsewhere}


def scope_of(caller: Principal, conditions: Conditions) -> FeedScope:
    """The caller's part of the feed; raises Forbidden where the feed cannot tell what the role may see."""
    rows = _rows(caller)
    parts = {name: str(part) for name, part in vars(rows).items() if name != "everything" and part is not None}
    if not parts.keys() <= conditions.keys():
        raise Forbidden
    return FeedScope(tuple(conditions[name] for name in parts), parts, rows.nothing)


def _rows(caller: Principal) -> RowScope:
    """An integrator follows what its contract names, one school or all; everybody else the rows of the scope."""
    if caller.role is Role.INTEGRATOR:
        return RowScope(school_code=caller.school_code, everything=caller.school_code is None)
    return caller.row_scope()
