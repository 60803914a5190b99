"""Erasures, which take two people; the owner's function empties their reasons and deletes files of data copies, too."""

import sqlalchemy as sa
from alembic import op

revision = "202611293102"
down_revision = "202611293201"
branch_labels = None
depends_on = None

NOW = sa.text("quxiang_now()")
STATES = "'open', 'withdrawn', 'approved', 'refused', 'erased'"
GROUNDS = "'graduate_request', 'retention', 'entered_in_error', 'court_order'"

_ERASE = "erase_graduate(uuid, bytea[])"
_BODY = sa.text(f"SELECT prosrc FROM pg_proc WHERE oid = '{_ERASE}'::regprocedure")
_COPIES = "SELECT operation_id FROM public.data_copies WHERE graduate_id = of_graduate"
_FURTHER = f""";
    UPDATE public.erasures
       SET reason_cipher = NULL, decision_reason_cipher = NULL,
           requested_by = CASE requested_by_role WHEN 'graduate' THEN '' ELSE requested_by END
     WHERE graduate_id = of_graduate;
    UPDATE public.data_copies SET ended_at = public.quxiang_now() WHERE graduate_id = of_graduate AND ended_at IS NULL;
    UPDATE public.operations SET file = NULL WHERE file IS NOT NULL AND id IN ({_COPIES});
    DELETE FROM public.operation_file_parts WHERE operation_id IN ({_COPIES})
"""


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("reason_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_by_role", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_by_role", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        sa.Column("college_code", sa.Text(), nullable=True),
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("erase_on", sa.Date(), nullable=True),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_erasures_state")),
        sa.CheckConstraint("decided_by <> requested_by", name=op.f("ck_erasures_two_people")),
        sa.CheckConstraint("(decided_by IS NULL) = (decided_at IS NULL)", name=op.f("ck_erasures_decided_at")),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'refused') OR decided_by IS NOT NULL", name=op.f("ck_erasures_decided")
        ),
        sa.CheckConstraint("state <> 'open' OR decided_by IS NULL", name=op.f("ck_erasures_undecided")),
        sa.CheckConstraint(f"ground IN ({GROUNDS})", name=op.f("ck_erasures_ground")),
        sa.CheckConstraint(
            "(state IN ('approved', 'erased')) = (erase_on IS NOT NULL)", name=op.f("ck_erasures_erase_on")
        ),
        sa.CheckConstraint(
            "state <> 'erased' OR decided_by IS NOT NULL AND num_nonnulls(reason_cipher, decision_reason_cipher) = 0",
            name=op.f("ck_erasures_erased"),
        ),
        sa.ForeignKeyConstraint(["school_code"], ["schools.code"], name=op.f("fk_erasures_school_code_schools")),
        sa.ForeignKeyConstraint(["graduate_id"], ["graduates.id"], name=op.f("fk_erasures_graduate_id_graduates")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    op.create_index("ix_erasures_school_code_id", "erasures", ["school_code", "id"])
    op.create_index("ix_erasures_graduate_id", "erasures", ["graduate_id"])
    # what a graduate asked for waits for years, and lets another ground be asked meanwhile
    standing = sa.text("state = 'open' OR state = 'approved' AND ground <> 'graduate_request'")
    op.create_index("uq_erasures_open", "erasures", ["graduate_id"], unique=True, postgresql_where=standing)
    own = sa.text("state IN ('open', 'approved') AND ground = 'graduate_request'")
    op.create_index("uq_erasures_own", "erasures", ["graduate_id"], unique=True, postgresql_where=own)
    approved = sa.text("state = 'approved'")
    op.create_index("ix_erasures_erase_on", "erasures", ["erase_on"], postgresql_where=approved)
    # the planner's statistics would keep ciphertexts after they are emptied
    for name in ("reason_cipher", "decision_reason_cipher"):
        op.execute(f"ALTER TABLE erasures ALTER COLUMN {name} SET STATISTICS 0")
    _replace(_body() + _FURTHER)


def downgrade() -> None:
    _replace(_body().removesuffix(_FURTHER))
    op.drop_table("erasures")


def _body() -> str:
    return str(op.get_bind().scalar(_BODY))


def _replace(body: str) -> None:
    op.execute(
        "CREATE OR REPLACE FUNCTION erase_graduate(of_graduate uuid, of_numbers bytea[]) RETURNS void LANGUAGE sql"
        f" SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body${body}$body$"
    )
