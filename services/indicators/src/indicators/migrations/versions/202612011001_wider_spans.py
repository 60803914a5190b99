"""Spans say all that the owners' events say of a graduate; units and facts of outside sources, too.

What is there stays as it is: the worker makes spans of the release before anew, and until then figures by the new
columns say that they are incomplete.
"""

import sqlalchemy as sa
from alembic import op

revision = "202612011001"
down_revision = "202611292102"
branch_labels = None
depends_on = None

_OF_SPANS = (
    "origin_place_code", "urban_rural", "ethnicity_code", "hardship_code", "training_mode_code",
    "teacher_training_code", "study_form", "study_level_code", "abroad_country_code",
)  # fmt: skip
_OF_DESTINATIONS = ("study_level_code", "abroad_country_code")
_OF_UNITS = ("identifier_code", "city_code", "national_code")
_FACT = "quxiang.internal.destinations.fact.v1"


def upgrade() -> None:
    for table, names in (("spans", _OF_SPANS), ("destination_versions", _OF_DESTINATIONS), ("units", _OF_UNITS)):
        for name in names:
            op.add_column(table, sa.Column(name, sa.Text(), nullable=True))
    op.add_column("units", sa.Column("catalogue_year", sa.Integer(), nullable=True))
    op.add_column("units", sa.Column("predecessors", sa.ARRAY(sa.Text()), nullable=True))
    op.add_column("spans", sa.Column("roster_generation", sa.SmallInteger(), nullable=True))
    op.add_column("spans", sa.Column("destination_generation", sa.SmallInteger(), nullable=True))
    op.add_column("roster_versions", sa.Column("generation", sa.SmallInteger(), nullable=True))
    op.add_column("destination_versions", sa.Column("generation", sa.SmallInteger(), nullable=True))
    op.create_index("ix_spans_old", "spans", ["school_code"], postgresql_where=sa.text("roster_generation IS NULL"))
    op.create_table(
        "fact_versions",
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("employer_nature_code", sa.Text(), nullable=True),
        sa.Column("industry_code", sa.Text(), nullable=True),
        sa.Column("place_code", sa.Text(), nullable=True),
        sa.Column("same_employer", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("graduate_id", "sequence", name=op.f("pk_fact_versions")),
    )
    op.create_index("ix_fact_versions_school_code_cohort", "fact_versions", ["school_code", "cohort"])
    op.execute(
        """
        CREATE FUNCTION drop_forked_fact(of_key uuid, of_sequence bigint, of_owner uuid) RETURNS void
        LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
        AS $body$ DELETE FROM public.fact_versions
            WHERE graduate_id = of_key AND sequence = of_sequence AND event_id <> of_owner $body$
        """
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION drop_forked_fact(uuid, bigint, uuid)")
    op.drop_table("fact_versions")
    op.drop_index("ix_spans_old", table_name="spans")
    op.drop_column("destination_versions", "generation")
    op.drop_column("roster_versions", "generation")
    op.drop_column("spans", "destination_generation")
    op.drop_column("spans", "roster_generation")
    op.drop_column("units", "predecessors")
    op.drop_column("units", "catalogue_year")
    for table, names in (("spans", _OF_SPANS), ("destination_versions", _OF_DESTINATIONS), ("units", _OF_UNITS)):
        for name in names:
            op.drop_column(table, name)
