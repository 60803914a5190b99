"""Blind indexes of the phones by which employers are reached."""

import sqlalchemy as sa
from alembic import op

revision = "202611301804"
down_revision = "202611301803"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact_indexes",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("octet_length(phone_index) = 16", name=op.f("ck_contact_indexes_phone_index")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name=op.f("fk_contact_indexes_registration_id_registrations")
        ),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_contact_indexes")),
    )
    op.create_index("ix_contact_indexes_graduate_id", "contact_indexes", ["graduate_id"])


def downgrade() -> None:
    op.drop_table("contact_indexes")
