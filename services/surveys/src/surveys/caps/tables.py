"""Tables of caps: each with how many places are taken, and which answer holds which."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    text,
)

from surveys.schema import metadata

wave_caps = Table(
    "wave_caps",
    metadata,
    Column("wave_id", Uuid, ForeignKey("waves.id"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("school_code", Text, nullable=False),
    Column("place", Integer, nullable=False),
    Column("condition", Text, nullable=False),
    Column("at_most", Integer, nullable=False),
    Column("taken", Integer, nullable=False, server_default=text("0")),
    CheckConstraint("taken BETWEEN 0 AND at_most", name="taken_within_limit"),
)

cap_places = Table(
    "cap_places",
    metadata,
    # random: it says nothing of the answer, nor when
    Column("id", Uuid, primary_key=True, server_default=text("gen_random_uuid()")),
    Column("wave_id", Uuid, nullable=False),
    Column("cap_id", Text, nullable=False),
    Column("school_code", Text, nullable=False),
    # NULL of an answer that has lost the person: its place stays taken
    Column("response_id", Uuid, ForeignKey("responses.id")),
    ForeignKeyConstraint(["wave_id", "cap_id"], ["wave_caps.wave_id", "wave_caps.id"], name="fk_cap_places_cap"),
)
Index("uq_cap_places_response_id_cap_id", cap_places.c.response_id, cap_places.c.cap_id, unique=True)
Index("ix_cap_places_wave_id_cap_id", cap_places.c.wave_id, cap_places.c.cap_id)
