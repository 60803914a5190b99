"""Snapshots: frozen rows, what they come to, and the people who revise them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "202612013002"
down_revision = "202612013001"
branch_labels = None
depends_on = None

_NOW = sa.text("quxiang_now()")
_CHECKS = {
    "kind_known": "kind IN ('initial', 'year_end', 'free')",
    "state_known": "state IN ('open', 'refused', 'pending', 'frozen')",
    "past": "known_at <= recorded_at AND as_of < (known_at AT TIME ZONE 'Asia/Shanghai')::date",
    "line": "(revision = 0) = (revises IS NULL) AND (revision = 0) = (line_id = id)",
    "asked": "revises IS NULL OR (requested_by IS NOT NULL AND reason_cipher IS NOT NULL)",
    "two_people": "decided_by <> requested_by",
    "decided": "revises IS NULL OR (state = 'open') = (decided_by IS NULL)",
}
_UNIQUE = {
    "uq_snapshots_official": (
        ["school_code", "cohort", "kind", "revision"], "kind <> 'free' AND state <> 'refused'",
    ),
    "uq_snapshots_revision": (["line_id", "revision"], "state <> 'refused'"),
    "uq_snapshots_in_the_making": (["line_id"], "state IN ('open', 'pending')"),
}  # fmt: skip
_TEXTS = (
    "college_code", "major_code", "class_code", "education_level_code", "sex_code", "origin_province_code",
    "destination_code",
)  # fmt: skip
_FURTHER_TEXTS = (
    "employer_nature_code", "industry_code", "place_code", "position_code", "origin_place_code", "urban_rural",
    "ethnicity_code", "hardship_code", "training_mode_code", "teacher_training_code", "study_form", "study_level_code",
    "abroad_country_code",
)  # fmt: skip
# what a snapshot comes to is stored last: from then on it takes no row, and it has as many as its base says
_REFUSE = (
    """
    CREATE FUNCTION refuse_rows_of_frozen() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
        IF EXISTS (SELECT FROM added JOIN snapshot_contents USING (snapshot_id)) THEN
            RAISE EXCEPTION 'the snapshot is frozen' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $body$
    """,
    """
    CREATE TRIGGER refuse_rows_of_frozen AFTER INSERT ON snapshot_rows REFERENCING NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_rows_of_frozen()
    """,
    """
    CREATE FUNCTION refuse_wrong_base() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
        IF NEW.base <> (SELECT count(*) FROM snapshot_rows WHERE snapshot_id = NEW.snapshot_id) THEN
            RAISE EXCEPTION 'the base is not the number of rows' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $body$
    """,
    """
    CREATE TRIGGER refuse_wrong_base BEFORE INSERT ON snapshot_contents
        FOR EACH ROW EXECUTE FUNCTION refuse_wrong_base()
    """,
)


def upgrade() -> None:
    op.create_table(
        "snapshots",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("revises", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("waiting_for", JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("dead_letters", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("reason_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("requested_by", sa.Text(), nullable=True),
        sa.Column("requested_by_role", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_by_role", sa.Text(), nullable=True),
        sa.Column("decision_reason_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        *(sa.CheckConstraint(said, name=op.f(f"ck_snapshots_{name}")) for name, said in _CHECKS.items()),
        sa.ForeignKeyConstraint(["revises"], ["snapshots.id"], name=op.f("fk_snapshots_revises_snapshots")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshots")),
    )
    for name, (columns, of_which) in _UNIQUE.items():
        op.create_index(name, "snapshots", columns, unique=True, postgresql_where=sa.text(of_which))
    op.create_index("ix_snapshots_pending", "snapshots", ["id"], postgresql_where=sa.text("state = 'pending'"))
    op.create_index("ix_snapshots_school_code_id", "snapshots", ["school_code", "id"])
    op.create_table(
        "snapshot_contents",
        sa.Column("snapshot_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("definitions", JSONB(), nullable=False),
        sa.Column("watermark", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshots.id"], name=op.f("fk_snapshot_contents_snapshot_id_snapshots")
        ),
        sa.PrimaryKeyConstraint("snapshot_id", name=op.f("pk_snapshot_contents")),
    )
    op.create_table(
        "snapshot_rows",
        sa.Column("snapshot_id", sa.Uuid(), nullable=False),
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in _TEXTS),
        sa.Column("flexible", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in _FURTHER_TEXTS),
        sa.Column("roster_generation", sa.SmallInteger(), nullable=True),
        sa.Column("destination_generation", sa.SmallInteger(), nullable=True),
        sa.PrimaryKeyConstraint("snapshot_id", "graduate_id", name=op.f("pk_snapshot_rows")),
    )
    op.create_table(
        "snapshots_dismissed",
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.PrimaryKeyConstraint("school_code", "cohort", "kind", name=op.f("pk_snapshots_dismissed")),
    )
    for statement in _REFUSE:
        op.execute(statement)


def downgrade() -> None:
    for table in ("snapshots_dismissed", "snapshot_rows", "snapshot_contents", "snapshots"):
        op.drop_table(table)
    op.execute("DROP FUNCTION refuse_rows_of_frozen()")
    op.execute("DROP FUNCTION refuse_wrong_base()")
