"""Identifier, city and photo profile of schools; national code and predecessors of majors."""

import sqlalchemy as sa
from alembic import op

revision = "202611291401"
down_revision = "202611291201"
branch_labels = None
depends_on = None

_SCHOOLS = {
    "identifier_code": "identifier_code ~ '^[0-9]{10}$' AND right(identifier_code, 5) = code",
    "city_code": "city_code ~ '^[0-9]{4}00$' AND left(city_code, 2) = left(province_code, 2)"
    " AND city_code <> province_code",
    "photo_profile": "photo_profile IN ('blue', 'light_blue', 'white')",
}
_MAJORS = {
    "national_code": "national_code ~ '^[0-9]{6}(T|K|TK)?$'",
    "catalogue_year": "catalogue_year BETWEEN 1950 AND 2200",
}

# Writers of one school wait for each other here, whoever they are: what one cannot see yet would close the circle.
_REFUSE_CIRCLES = """
    CREATE FUNCTION refuse_circular_lineage() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
        PERFORM FROM schools WHERE code = NEW.school_code FOR NO KEY UPDATE;
        IF EXISTS (
            WITH RECURSIVE ancestors (code) AS (
                SELECT NEW.predecessor_code
                UNION
                SELECT before.predecessor_code
                  FROM major_predecessors AS before JOIN ancestors ON before.code = ancestors.code
                 WHERE before.school_code = NEW.school_code
            )
            SELECT FROM ancestors WHERE code = NEW.code
        ) THEN
            RAISE EXCEPTION 'a major would be among its own predecessors'
                USING ERRCODE = 'check_violation', TABLE = 'major_predecessors',
                      CONSTRAINT = 'ck_major_predecessors_no_circle';
        END IF;
        RETURN NULL;
    END $body$
"""
_TRIGGER = """
    CREATE TRIGGER refuse_circular_lineage AFTER INSERT OR UPDATE ON major_predecessors
        FOR EACH ROW EXECUTE FUNCTION refuse_circular_lineage()
"""


def upgrade() -> None:
    op.add_column("schools", sa.Column("identifier_code", sa.Text(), nullable=True))
    op.add_column("schools", sa.Column("city_code", sa.Text(), nullable=True))
    op.add_column("schools", sa.Column("photo_profile", sa.Text(), server_default=sa.text("'blue'"), nullable=False))
    op.add_column("majors", sa.Column("national_code", sa.Text(), nullable=True))
    op.add_column("majors", sa.Column("catalogue_year", sa.Integer(), nullable=True))
    for table, conditions in (("schools", _SCHOOLS), ("majors", _MAJORS)):
        for name, condition in conditions.items():
            op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)
    _predecessors()


def _predecessors() -> None:
    op.create_table(
        "major_predecessors",
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("predecessor_code", sa.Text(), nullable=False),
        sa.CheckConstraint("code <> predecessor_code", name=op.f("ck_major_predecessors_another")),
        sa.ForeignKeyConstraint(
            ["school_code", "code"],
            ["majors.school_code", "majors.code"],
            name=op.f("fk_major_predecessors_school_code_code_majors"),
        ),
        sa.ForeignKeyConstraint(
            ["school_code", "predecessor_code"],
            ["majors.school_code", "majors.code"],
            name=op.f("fk_major_predecessors_school_code_predecessor_code_majors"),
        ),
        sa.PrimaryKeyConstraint("school_code", "code", "predecessor_code", name=op.f("pk_major_predecessors")),
    )
    op.execute(_REFUSE_CIRCLES)
    op.execute(_TRIGGER)


def downgrade() -> None:
    op.drop_table("major_predecessors")
    op.execute("DROP FUNCTION refuse_circular_lineage()")
    for table, conditions in (("majors", _MAJORS), ("schools", _SCHOOLS)):
        for name in conditions:
            op.drop_column(table, name)
