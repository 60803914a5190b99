"""Table of papers: what was keyed is sealed, and destroyed once an answer is made of it."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from common.database import instant_column, uuid_key
from surveys.papers.domain import PaperState
from surveys.schema import metadata

papers = Table(
    "papers",
    metadata,
    uuid_key(),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("wave_id", Uuid, ForeignKey("waves.id"), nullable=False),
    Column("graduate_id", Uuid, nullable=False),
    Column("school_code", Text, nullable=False),
    Column("state", Text, nullable=False, server_default=text("'keyed'")),
    Column("first_keyer", Text, nullable=False),
    Column("second_keyer", Text),
    Column("first_ciphertext", LargeBinary),
    Column("second_ciphertext", LargeBinary),
    # names of questions alone
    Column("differing", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("response_id", Uuid, ForeignKey("responses.id")),
    instant_column("created_at"),
    instant_column("recorded_at"),
    UniqueConstraint("wave_id", "graduate_id", name="uq_papers_wave_id_graduate_id"),
    CheckConstraint(f"state IN ({', '.join(repr(each.value) for each in PaperState)})", name="state_known"),
    CheckConstraint("first_keyer <> second_keyer", name="keyers_differ"),
    CheckConstraint("(state IN ('keyed', 'differs')) = (first_ciphertext IS NOT NULL)", name="keyed_until_it_ends"),
    CheckConstraint("(state = 'differs') = (second_ciphertext IS NOT NULL)", name="differs_has_two"),
    CheckConstraint("state <> 'submitted' OR response_id IS NOT NULL", name="submitted_has_response"),
)
Index("ix_papers_graduate_id", papers.c.graduate_id)
Index("ix_papers_wave_id_id", papers.c.wave_id, papers.c.id)
