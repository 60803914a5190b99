"""Employers, and what of registrations names them."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "202611301801"
down_revision = "202611301201"
branch_labels = None
depends_on = None

_DUE = "school_code, employer_name, employer_uscc, employer_nature_code, industry_code, place_code"
_SAID = "school_code, employer_name, coalesce(employer_uscc, ''), employer_nature_code, industry_code, place_code"
_UNKNOWN = """
    employer_name IS NOT NULL AND NOT EXISTS (
        SELECT FROM public.employer_namings naming
         WHERE naming.school_code = written.school_code AND naming.employer_name = written.employer_name
           AND naming.employer_uscc = coalesce(written.employer_uscc, ''))
"""
_NOTE = f"""
    INSERT INTO public.employers_due ({_DUE})
    SELECT DISTINCT ON (school_code, employer_name, coalesce(employer_uscc, '')) {_SAID}
      FROM {{}} written WHERE {_UNKNOWN};
"""
# what writes a registration may be a release that knows nothing of this; it waits for nobody
_TRIGGERS = (
    ("note_employers", "written", "AFTER INSERT ON registrations REFERENCING NEW TABLE AS written FOR EACH STATEMENT"),
    (
        "note_employer",
        "(SELECT NEW.*)",
        "AFTER UPDATE OF employer_name, employer_uscc ON registrations FOR EACH ROW"
        " WHEN ((OLD.employer_name, OLD.employer_uscc) IS DISTINCT FROM (NEW.employer_name, NEW.employer_uscc))",
    ),
)

_NAMED = ("employer_name", "employer_uscc")
_KEPT_OUT = {
    "employers": ("name", "normalised_name", "bigrams", "former_names", "former_normalised", "uscc"),
    "employer_namings": (*_NAMED, "normalised_name"),
    "employers_due": _NAMED,
    "employer_merges": ("reason_cipher",),
}


def upgrade() -> None:
    op.create_table(
        "employers",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("normalised_name", sa.Text(), nullable=False),
        sa.Column("bigrams", ARRAY(sa.Text()), nullable=False),
        sa.Column("former_names", JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("former_normalised", ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=True)
            for name in ("uscc", "nature_code", "industry_code", "place_code", "register_state")
        ),
        sa.Column("insured_persons", sa.Integer(), nullable=True),
        sa.Column("established_on", sa.Date(), nullable=True),
        sa.Column("register_fields", ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        _recorded_at(),
        sa.CheckConstraint("(uscc IS NULL) = (school_code IS NOT NULL)", name=op.f("ck_employers_owner")),
        sa.CheckConstraint("merged_into <> id", name=op.f("ck_employers_merged_into_another")),
        sa.CheckConstraint("insured_persons >= 0", name=op.f("ck_employers_insured_persons")),
        sa.CheckConstraint("version > 0", name=op.f("ck_employers_version_positive")),
        sa.ForeignKeyConstraint(["merged_into"], ["employers.id"], name=op.f("fk_employers_merged_into_employers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employers")),
    )
    standing = sa.text("merged_into IS NULL")
    op.create_index("uq_employers_uscc", "employers", ["uscc"], unique=True, postgresql_where=standing)
    op.create_index(
        "uq_employers_of_school",
        "employers",
        ["school_code", "normalised_name"],
        unique=True,
        postgresql_where=sa.text("uscc IS NULL AND merged_into IS NULL"),
    )
    op.create_index("ix_employers_normalised_name", "employers", ["normalised_name"])
    for column in ("bigrams", "former_normalised"):
        op.create_index(f"ix_employers_{column}", "employers", [column], postgresql_using="gin")
    merged = sa.text("merged_into IS NOT NULL")
    op.create_index("ix_employers_merged_into", "employers", ["merged_into"], postgresql_where=merged)
    _create_namings()
    _create_merges()
    op.create_index(
        "ix_registrations_employer",
        "registrations",
        ["school_code", "employer_name"],
        postgresql_where=sa.text("employer_name IS NOT NULL"),
    )
    # the planner's statistics would keep ciphertexts, and names of units that are one person's own
    for table, columns in _KEPT_OUT.items():
        op.execute(f"ALTER TABLE {table} {', '.join(f'ALTER {name} SET STATISTICS 0' for name in columns)}")
    for name, source, event in _TRIGGERS:
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER"
            f" SET search_path = pg_catalog, pg_temp AS $body$ BEGIN {_NOTE.format(source)} RETURN NULL; END $body$"
        )
        op.execute(f"CREATE TRIGGER {name} {event} EXECUTE FUNCTION {name}()")
    # what stands already
    op.execute(_NOTE.format("public.registrations"))


def downgrade() -> None:
    for name, *_ in _TRIGGERS:
        op.execute(f"DROP TRIGGER {name} ON registrations")
        op.execute(f"DROP FUNCTION {name}()")
    op.drop_index("ix_registrations_employer", "registrations")
    for table in ("employer_merges", "employers_due", "employer_namings", "employers"):
        op.drop_table(table)


def _create_namings() -> None:
    op.create_table(
        "employer_namings",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("school_code", "employer_name", "employer_uscc")),
        sa.Column("normalised_name", sa.Text(), nullable=False),
        sa.Column("employer_id", sa.Uuid(), nullable=False),
        _recorded_at(),
        sa.ForeignKeyConstraint(
            ["employer_id"], ["employers.id"], name=op.f("fk_employer_namings_employer_id_employers")
        ),
        sa.PrimaryKeyConstraint("school_code", "employer_name", "employer_uscc", name=op.f("pk_employer_namings")),
    )
    op.create_index("ix_employer_namings_employer_id", "employer_namings", ["employer_id"])
    op.create_index("ix_employer_namings_normalised_name", "employer_namings", ["school_code", "normalised_name"])
    op.create_index("ix_employer_namings_uscc", "employer_namings", ["school_code", "employer_uscc"])
    op.create_table(
        "employers_due",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("school_code", "employer_name", "employer_uscc")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in _DUE.split(", ")[3:]),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employers_due")),
    )


def _create_merges() -> None:
    op.create_table(
        "employer_merges",
        sa.Column("employer_id", sa.Uuid(), nullable=False),
        sa.Column("into_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=True),
        sa.Column("reason_cipher", sa.LargeBinary(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("by_role", "by_subject")),
        _recorded_at(),
        *(
            sa.ForeignKeyConstraint([column], ["employers.id"], name=op.f(f"fk_employer_merges_{column}_employers"))
            for column in ("employer_id", "into_id")
        ),
        sa.PrimaryKeyConstraint("employer_id", name=op.f("pk_employer_merges")),
    )


def _recorded_at() -> sa.Column[datetime]:
    return sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("quxiang_now()"), nullable=False)
