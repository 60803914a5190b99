"""Table of added rows; a service that consumes them attaches it to its own metadata."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from common.consuming.forks import event_columns
from common.consuming.included import OF_EVENT, among
from common.identifiers import NO_SCHOOL

INCLUDED = among(
    f"""
    SELECT FROM code_entries AS stored
    WHERE stored.code_list = named.key AND stored.sequence >= named.sequence AND named.school_code = '{NO_SCHOOL}'
      AND {OF_EVENT}
    """
)
"""Which changes of code lists a consumer's table holds: those up to the newest of the list."""


def described_columns() -> tuple[Column[Any], ...]:
    """What both tables say of a row beside its list, its code and its first day: registry's and a consumer's."""
    return (
        Column("valid_to", Date),
        Column("label_zh", Text, nullable=False),
        Column("label_en", Text),
        Column("source", Text, nullable=False),
        Column("verified", Boolean, nullable=False),
        Column("attributes", JSONB, nullable=False),
    )


def code_entries_table(metadata: MetaData) -> Table:
    """Adds `code_entries` to the metadata: what registry's events said last of each row."""
    return Table(
        "code_entries",
        metadata,
        Column("code_list", Text, primary_key=True),
        Column("code", Text, primary_key=True),
        Column("valid_from", Date, primary_key=True),
        *described_columns(),
        # a row that is withdrawn stays, so that an older event does not bring it back
        Column("state", Text, nullable=False),
        Column("sequence", BigInteger, nullable=False),
        *event_columns(),
    )
