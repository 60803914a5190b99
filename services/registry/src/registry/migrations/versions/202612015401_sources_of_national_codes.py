"""Who said the national code of a major; the majors of before have none named, so the next roster may say it."""

from alembic import op

revision = "202612015401"
down_revision = "202612017801"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE majors ADD COLUMN national_code_source text
            CONSTRAINT ck_majors_national_code_source
            CHECK (national_code_source IN ('major_code', 'roster', 'officer'))
        """
    )


def downgrade() -> None:
    op.execute("ALTER TABLE majors DROP COLUMN national_code_source")
