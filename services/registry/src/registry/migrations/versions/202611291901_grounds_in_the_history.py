"""A superseded version that excluded the graduate says why, as the newest one does."""

from alembic import op

revision = "202611291901"
down_revision = "202611291802"
branch_labels = None
depends_on = None

# A graduate is in one open change at a time, so the newest exclusion asked before a version is the one it shows.
_FILL = """
    WITH exclusions AS (
        SELECT named.graduate_id, changes.ground, changes.requested_at
          FROM population_changes changes JOIN population_change_graduates named ON named.change_id = changes.id
         WHERE changes.change = 'exclude' AND changes.state = 'approved' AND named.is_named
    )
    UPDATE graduate_versions v
       SET exclusion_ground = (SELECT ground FROM exclusions e
                                WHERE e.graduate_id = v.graduate_id AND e.requested_at <= v.recorded_at
                                ORDER BY e.requested_at DESC LIMIT 1)
     WHERE v.status = 'excluded' AND v.exclusion_ground IS NULL
       AND v.graduate_id IN (SELECT graduate_id FROM exclusions)
"""


def upgrade() -> None:
    # Beside writes; what is stored is checked without keeping it from being written.
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE graduate_versions ADD COLUMN IF NOT EXISTS exclusion_ground text")
        op.execute(
            "ALTER TABLE graduate_versions DROP CONSTRAINT IF EXISTS ck_graduate_versions_excluded,"
            " ADD CONSTRAINT ck_graduate_versions_excluded"
            " CHECK ((status = 'excluded') = (exclusion_ground IS NOT NULL)) NOT VALID"
        )
        op.execute(_FILL)
        op.execute("ALTER TABLE graduate_versions VALIDATE CONSTRAINT ck_graduate_versions_excluded")


def downgrade() -> None:
    op.execute("ALTER TABLE graduate_versions DROP CONSTRAINT ck_graduate_versions_excluded")
    op.drop_column("graduate_versions", "exclusion_ground")
