"""The columns of a table of requests, and what the database holds of them against any writer."""

from typing import Any

from sqlalchemy import CheckConstraint, Column, Date, DateTime, Integer, LargeBinary, Text, text

from common.database import instant_column

ENDING = ("version", "state", "decided_by", "decided_by_role", "decided_at", "decision_reason_cipher")
"""Columns that the end of a request writes."""


def request_columns() -> list[Column[Any]]:
    """Columns of every request."""
    return [
        Column("version", Integer, nullable=False, server_default=text("1")),
        Column("state", Text, nullable=False, server_default=text("'open'")),
        Column("reason_cipher", LargeBinary),
        Column("requested_by", Text, nullable=False),
        Column("requested_by_role", Text, nullable=False),
        instant_column("requested_at"),
        Column("due_on", Date, nullable=False),
        Column("decided_by", Text),
        Column("decided_by_role", Text),
        Column("decided_at", DateTime(timezone=True)),
        Column("decision_reason_cipher", LargeBinary),
    ]


def request_constraints(*further_states: str) -> list[CheckConstraint]:
    """Two people, and a decision where there is a decided state; `further_states` are those that the kind adds."""
    states = ", ".join(f"'{state}'" for state in ("open", "withdrawn", "approved", "refused", *further_states))
    return [
        CheckConstraint(f"state IN ({states})", name="state"),
        CheckConstraint("decided_by <> requested_by", name="two_people"),
        CheckConstraint("(decided_by IS NULL) = (decided_at IS NULL)", name="decided_at"),
        CheckConstraint("state NOT IN ('approved', 'refused') OR decided_by IS NOT NULL", name="decided"),
        CheckConstraint("state <> 'open' OR decided_by IS NULL", name="undecided"),
    ]
