"""Tables of invitations: a link is readable until it is used, its token only as a digest."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    text,
)

from common.database import instant_column
from surveys.schema import metadata

invitations = Table(
    "invitations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("wave_id", Uuid, ForeignKey("waves.id"), nullable=False),
    # one of the two
    Column("graduate_id", Uuid),
    Column("employer_id", Uuid, ForeignKey("employers.id")),
    Column("school_code", Text, nullable=False),
    # which run made it: its result counts these, however often it was interrupted; NULL of who came without one
    Column("operation_id", Uuid),
    Column("channel", Text, nullable=False),
    Column("state", Text, nullable=False, server_default=text("'created'")),
    # NULL of who is erased: no token opens it any more
    Column("token_digest", LargeBinary, unique=True),
    # erased at the first use, when only the graduate may know it any longer
    Column("token_ciphertext", LargeBinary),
    instant_column("created_at"),
    Column("first_used_at", DateTime(timezone=True)),
    UniqueConstraint("wave_id", "graduate_id", name="uq_invitations_wave_id_graduate_id"),
    UniqueConstraint("wave_id", "employer_id", name="uq_invitations_wave_id_employer_id"),
    CheckConstraint("num_nonnulls(graduate_id, employer_id) = 1", name="one_subject"),
    CheckConstraint(
        "state IN ('created', 'opened', 'submitted', 'withdrawn', 'screened_out', 'expired', 'revoked')",
        name="state_known",
    ),
    CheckConstraint("state = 'created' OR token_ciphertext IS NULL", name="used_link_erased"),
    CheckConstraint("token_digest IS NOT NULL OR token_ciphertext IS NULL", name="link_with_digest"),
)
Index("ix_invitations_graduate_id", invitations.c.graduate_id)
Index("ix_invitations_wave_id_id", invitations.c.wave_id, invitations.c.id)
Index("ix_invitations_operation_id", invitations.c.operation_id)

access_entries = Table(
    "access_entries",
    metadata,
    Column("token_digest", LargeBinary, primary_key=True),
    Column("invitation_id", Uuid, ForeignKey("invitations.id"), nullable=False),
    Column("school_code", Text, nullable=False),
    # an interviewer holds it
    Column("by_phone", Boolean, nullable=False, server_default=false()),
    # of several answers the one that it opens; NULL where a link has one
    Column("number", Integer),
    instant_column("created_at"),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("invitation_id", "number", name="uq_access_entries_invitation_id_number"),
)
Index("ix_access_entries_invitation_id", access_entries.c.invitation_id)
Index("ix_access_entries_expires_at", access_entries.c.expires_at)
