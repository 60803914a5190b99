"""Rules of schools in SQL."""

import json
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, bindparam, select, text

from common import rows
from common.auth import Actor, Owners, RowScope, ScopeShape
from common.database.pages import page_by_id
from common.errors import NotFound
from common.identifiers import SchoolCode
from common.sql import Connection
from indicators.warnings.domain.scoring import Rule
from indicators.warnings.domain.warnings import RuleId, WarningRule
from indicators.warnings.tables import rules

_SHOWN = [column for column in rules.c if column.name != "decided_by"]
_ALL = select(*_SHOWN)
_IN_FORCE = _ALL.where(rules.c.school_code == bindparam("school_code"), rules.c.state == "in_force")
_READ: dict[str, Any] = {"weights": lambda row: row["weights"]}
_ADD = text(
    """
    INSERT INTO warning_rules (school_code, weights, min_base, min_majors, share, requested_by, requested_by_role)
    VALUES (:school_code, CAST(:weights AS jsonb), :min_base, :min_majors, :share, :by_subject, :by_role) RETURNING id
    """
)
# drafts that are approved at once would each supersede the same rule
_LOCK = text(
    "SELECT FROM warning_rules WHERE school_code = :school_code AND state <> 'superseded' ORDER BY id FOR UPDATE"
)
_SUPERSEDE = text(
    """
    UPDATE warning_rules SET state = 'superseded', version = version + 1
     WHERE school_code = :school_code AND state = 'in_force'
    """
)
_PUT_IN_FORCE = text(
    """
    UPDATE warning_rules SET state = 'in_force', version = version + 1, decided_by = :by_subject,
                             decided_by_role = :by_role
     WHERE id = :id
    """
).bindparams(bindparam("id", type_=Uuid()))


async def add_rule(connection: Connection, school_code: SchoolCode, rule: Rule, by: Actor) -> RuleId:
    """Adds a draft."""
    values = vars(rule) | {"weights": json.dumps(rule.weights), "school_code": school_code}
    return RuleId(await connection.scalar(_ADD, values | {"by_subject": by.subject, "by_role": by.role}))


async def find_rule(connection: Connection, scope: RowScope, rule_id: RuleId) -> WarningRule:
    """A rule in scope; raises NotFound."""
    result = await connection.execute(_one(scope.shape), {**scope.values, "id": rule_id})
    found = rows.one_or_none(WarningRule, result, **_READ)
    if found is None:
        raise NotFound
    return found


async def page_of_rules(
    connection: Connection, scope: RowScope, school_code: SchoolCode | None, after: UUID | None, limit: int
) -> list[WarningRule]:
    """Rules in scope, in the order in which they were drafted."""
    query = page_by_id(rules, _visible, scope, after, limit, _ALL, school_code=school_code)
    return rows.all(WarningRule, await connection.execute(*query), **_READ)


async def rule_in_force(connection: Connection, school_code: SchoolCode) -> WarningRule | None:
    """The school's own rule."""
    result = await connection.execute(_IN_FORCE, {"school_code": school_code})
    return rows.one_or_none(WarningRule, result, **_READ)


async def lock_rules(connection: Connection, school_code: SchoolCode) -> None:
    """Locks the school's drafts and the rule in force until the transaction ends."""
    await connection.execute(_LOCK, {"school_code": school_code})


async def put_in_force(connection: Connection, rule: WarningRule, by: Actor) -> None:
    """Puts a locked draft in force, in the place of the one before."""
    await connection.execute(_SUPERSEDE, {"school_code": rule.school_code})
    await connection.execute(_PUT_IN_FORCE, {"id": rule.id, "by_subject": by.subject, "by_role": by.role})


def _visible(seen: ScopeShape) -> ColumnElement[bool]:
    return seen.condition(Owners(school_code=rules.c.school_code))


@lru_cache
def _one(seen: ScopeShape) -> Select[Any]:
    return _ALL.where(rules.c.id == bindparam("id"), _visible(seen))
