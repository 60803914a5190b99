"""Tables of responses; what was answered is stored encrypted, page by page."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)

from common.database import instant_column, uuid_key
from surveys.schema import metadata

responses = Table(
    "responses",
    metadata,
    uuid_key(),
    Column("invitation_id", Uuid, ForeignKey("invitations.id"), nullable=False, unique=True),
    Column("wave_id", Uuid, ForeignKey("waves.id"), nullable=False),
    Column("graduate_id", Uuid, nullable=False),
    Column("school_code", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("state", Text, nullable=False, server_default=text("'open'")),
    Column("questions_answered", Integer, nullable=False, server_default=text("0")),
    Column("questions_total", Integer, nullable=False, server_default=text("0")),
    instant_column("created_at"),
    instant_column("recorded_at"),
    Column("submitted_at", DateTime(timezone=True)),
    # of the event that shows the newest state: what a change token is made of
    Column("announced_sequence", BigInteger),
    # the version whose answers gave values to measures last; NULL where none did, and once they are taken back
    Column("measured_version", Integer),
    CheckConstraint("state IN ('open', 'submitted', 'withdrawn')", name="state_known"),
    CheckConstraint("(state = 'open') = (submitted_at IS NULL)", name="submitted_has_time"),
)
Index("ix_responses_school_code_id", responses.c.school_code, responses.c.id)
Index("ix_responses_wave_id_id", responses.c.wave_id, responses.c.id)
Index("ix_responses_graduate_id", responses.c.graduate_id)

response_pages = Table(
    "response_pages",
    metadata,
    Column("response_id", Uuid, ForeignKey("responses.id"), primary_key=True),
    Column("page_id", Text, primary_key=True),
    # nullable until no process saves pages without it any more
    Column("school_code", Text),
    Column("values_ciphertext", LargeBinary, nullable=False),
    instant_column("recorded_at"),
)
