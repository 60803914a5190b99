"""Stored files, readings of clear data, evidence, and the functions that alone delete a file before its day."""

import sqlalchemy as sa
from alembic import op

from common.database.accesses import create_accesses, drop_accesses

revision = "202611300401"
down_revision = "202611300101"
branch_labels = None
depends_on = None

_KINDS = (
    *("agreement_form", "acceptance_letter", "forces_agreement", "foreign_acceptance", "labour_contract"),
    *("employer_certificate", "wage_proof", "appointment", "enlistment_notice", "programme_notice"),
    *("service_agreement", "business_licence", "shareholder_proof", "incubator_agreement", "shop_page"),
    *("income_flow", "own_statement", "admission_notice", "visa", "targeted_release", "dispute_proof", "other"),
)

_DELETE = """
    WITH past AS (
        SELECT id, school_code, name FROM public.evidence
         WHERE id = ANY(of_pieces) AND name IS NOT NULL AND NOT hold
           AND keep_until < (public.quxiang_now() AT TIME ZONE 'Asia/Shanghai')::date
         ORDER BY id FOR UPDATE
    ), dropped AS (
        UPDATE public.objects SET state = 'dropped', due_at = public.quxiang_now()
          FROM past WHERE objects.name = past.name AND objects.state = 'kept'
    )
    UPDATE public.evidence
       SET version = version + 1, name = NULL, title_cipher = NULL, reason_cipher = NULL,
           deleted_on = (public.quxiang_now() AT TIME ZONE 'Asia/Shanghai')::date
      FROM past WHERE evidence.id = past.id
    RETURNING past.school_code
"""

# in this language each statement sees what the acts have written that the first one has waited for
_ERASE = """
BEGIN
    UPDATE public.evidence
       SET title_cipher = NULL, reason_cipher = NULL,
           uploaded_by = CASE WHEN uploaded_by_role = 'graduate' THEN '' ELSE uploaded_by END
      FROM public.roster_graduates person
     WHERE evidence.graduate_id = ANY(of_graduates) AND person.graduate_id = evidence.graduate_id AND person.erased;

    PERFORM public.delete_evidence(ARRAY(
        SELECT evidence.id FROM public.evidence JOIN public.roster_graduates person USING (graduate_id)
         WHERE evidence.graduate_id = ANY(of_graduates) AND person.erased
    ));
END
"""


def upgrade() -> None:
    op.create_table(
        "objects",
        sa.Column("name", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('pending', 'kept', 'dropped')", name=op.f("ck_objects_state_known")),
        sa.CheckConstraint("(state = 'kept') = (due_at IS NULL)", name=op.f("ck_objects_due_unless_kept")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_objects")),
    )
    op.create_index("ix_objects_due_at", "objects", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL"))
    create_accesses()
    op.create_table(
        "evidence",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("is_outdated", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("reason_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("stored_sha256", sa.LargeBinary(), nullable=True),
        sa.Column("keep_until", sa.Date(), nullable=False),
        sa.Column("hold", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column("uploaded_by_role", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_by_role", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("quxiang_now()"), nullable=False),
        sa.Column("name", sa.Uuid(), nullable=True),
        sa.CheckConstraint(f"kind IN ({', '.join(map(repr, _KINDS))})", name=op.f("ck_evidence_kind")),
        sa.CheckConstraint(
            "outcome IN ('checking', 'pending', 'refused', 'accepted', 'rejected')", name=op.f("ck_evidence_outcome")
        ),
        sa.CheckConstraint(
            "rule IN ('unreadable', 'encrypted', 'too_many_pixels')", name=op.f("ck_evidence_rule_known")
        ),
        sa.CheckConstraint("(outcome = 'refused') = (rule IS NOT NULL)", name=op.f("ck_evidence_rule")),
        sa.CheckConstraint("decided_by <> uploaded_by", name=op.f("ck_evidence_two_persons")),
        sa.CheckConstraint(
            "(outcome IN ('accepted', 'rejected')) = (decided_by IS NOT NULL)", name=op.f("ck_evidence_decided")
        ),
        sa.CheckConstraint(
            "(name IS NULL) = (outcome = 'refused' OR deleted_on IS NOT NULL)", name=op.f("ck_evidence_file")
        ),
        sa.CheckConstraint("outcome = 'refused' OR stored_sha256 IS NOT NULL", name=op.f("ck_evidence_stored_hash")),
        sa.CheckConstraint("octet_length(sha256) = 32", name=op.f("ck_evidence_hash")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name=op.f("fk_evidence_registration_id_registrations")
        ),
        sa.ForeignKeyConstraint(["name"], ["objects.name"], name=op.f("fk_evidence_name_objects")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("name", name=op.f("uq_evidence_name")),
    )
    op.create_index("ix_evidence_registration_id_id", "evidence", ["registration_id", "id"])
    op.create_index("ix_evidence_graduate_id", "evidence", ["graduate_id"])
    op.create_index("ix_evidence_checking", "evidence", ["id"], postgresql_where=sa.text("outcome = 'checking'"))
    op.create_index("ix_evidence_kept", "evidence", ["keep_until"], postgresql_where=sa.text("name IS NOT NULL"))
    # the planner's statistics would keep ciphertexts after they are emptied
    op.execute("ALTER TABLE evidence ALTER title_cipher SET STATISTICS 0, ALTER reason_cipher SET STATISTICS 0")
    op.execute(
        "CREATE FUNCTION delete_evidence(of_pieces uuid[]) RETURNS TABLE (school_code text) LANGUAGE sql"
        f" SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$ {_DELETE} $body$"
    )
    op.execute(
        "CREATE FUNCTION erase_evidence(of_graduates uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER"
        f" SET search_path = pg_catalog, pg_temp AS $body$ {_ERASE} $body$"
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION erase_evidence(uuid[])")
    op.execute("DROP FUNCTION delete_evidence(uuid[])")
    op.drop_table("evidence")
    drop_accesses()
    op.drop_table("objects")
