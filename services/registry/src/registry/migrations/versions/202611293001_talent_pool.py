"""The talent pool: profiles, receipts of consent, contacts."""

import sqlalchemy as sa
from alembic import op

revision = "202611293001"
down_revision = "202611292702"
branch_labels = None
depends_on = None

NOW = sa.text("quxiang_now()")


def upgrade() -> None:
    op.create_table(
        "talent_profiles",
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("consent_version", sa.Text(), nullable=False),
        sa.Column("skills_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("regions", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("industries", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("positions", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("available_from", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(
            ["graduate_id"], ["graduates.id"], name=op.f("fk_talent_profiles_graduate_id_graduates")
        ),
        sa.PrimaryKeyConstraint("graduate_id", name=op.f("pk_talent_profiles")),
        sa.UniqueConstraint("profile_id", name=op.f("uq_talent_profiles_profile_id")),
    )
    op.create_table(
        "consent_receipts",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("text_name", sa.Text(), nullable=False),
        sa.Column("text_version", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.CheckConstraint("act IN ('given', 'withdrawn')", name=op.f("ck_consent_receipts_act")),
        sa.ForeignKeyConstraint(
            ["graduate_id"], ["graduates.id"], name=op.f("fk_consent_receipts_graduate_id_graduates")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_receipts")),
    )
    op.create_index("ix_consent_receipts_graduate_id", "consent_receipts", ["graduate_id"])
    _contacts()
    # the planner's statistics would keep ciphertexts after they are emptied
    for table, name in (
        ("talent_profiles", "skills_cipher"),
        ("contact_requests", "asked_cipher"),
        ("contact_requests", "shared_cipher"),
    ):
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {name} SET STATISTICS 0")


def downgrade() -> None:
    for name in ("contact_days", "contact_requests", "consent_receipts", "talent_profiles"):
        op.drop_table(name)


def _contacts() -> None:
    op.create_table(
        "contact_requests",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("employer_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("asked_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shared_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shared_cipher", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'declined', 'expired', 'closed')", name=op.f("ck_contact_requests_state")
        ),
        sa.CheckConstraint(
            "shared_cipher IS NULL OR state = 'accepted' AND shared_until IS NOT NULL",
            name=op.f("ck_contact_requests_shared"),
        ),
        sa.ForeignKeyConstraint(
            ["graduate_id"], ["graduates.id"], name=op.f("fk_contact_requests_graduate_id_graduates")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_requests")),
    )
    op.create_index("ix_contact_requests_graduate_id", "contact_requests", ["graduate_id"])
    op.create_index("ix_contact_requests_employer_id", "contact_requests", ["employer_id", "id"])
    op.create_index(
        "uq_contact_requests_open",
        "contact_requests",
        ["employer_id", "profile_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "contact_days",
        sa.Column("employer_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.CheckConstraint("requests BETWEEN 0 AND 50", name=op.f("ck_contact_days_limit")),
        sa.PrimaryKeyConstraint("employer_id", "day", name=op.f("pk_contact_days")),
    )
