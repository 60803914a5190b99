"""The thresholds that schools set for rules."""

from collections.abc import Mapping

from sqlalchemy import bindparam, select, text

from common import rows
from common.auth import Actor
from common.identifiers import SchoolCode
from common.sql import Connection
from destinations.cases.domain import Rule, Threshold
from destinations.cases.tables import thresholds

_OWN = select(thresholds).where(thresholds.c.school_code == bindparam("school_code"))
_SET = text(
    """
    INSERT INTO signal_thresholds AS kept (school_code, rule, version, threshold, by_role, by_subject)
    SELECT :school_code, :rule, 1, CAST(:threshold AS int), :by_role, :by_subject
    ON CONFLICT (school_code, rule) DO UPDATE
       SET threshold = EXCLUDED.threshold, version = kept.version + 1, by_role = EXCLUDED.by_role,
           by_subject = EXCLUDED.by_subject, recorded_at = EXCLUDED.recorded_at
     -- of two that are set at once the second finds another version than it was meant for
     WHERE kept.version = :version
    RETURNING rule, version, threshold
    """
)


async def of_school(connection: Connection, school_code: SchoolCode) -> Mapping[Rule, Threshold]:
    """Those that a school has set."""
    found = rows.all(Threshold, await connection.execute(_OWN, {"school_code": school_code}))
    return {each.rule: each for each in found}


async def set_threshold(
    connection: Connection, school_code: SchoolCode, rule: Rule, version: int, threshold: int, actor: Actor
) -> Threshold | None:
    """Stores the next version of a threshold; None where another one than `version` stands by now."""
    values = {"school_code": school_code, "rule": rule.value, "version": version, "threshold": threshold}
    by = {"by_role": actor.role, "by_subject": actor.subject}
    return rows.one_or_none(Threshold, await connection.execute(_SET, values | by))
