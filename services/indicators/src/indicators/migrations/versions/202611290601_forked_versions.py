"""A function by which the application drops one version, where the owner has another event under its sequence."""

from alembic import op

revision = "202611290601"
down_revision = "202611290501"
branch_labels = None
depends_on = None

_TABLES = {
    "quxiang.registry.graduate.v1": "roster_versions",
    "quxiang.destinations.registration.v1": "destination_versions",
    "quxiang.surveys.response.v1": "response_versions",
}
_DELETES = "; ".join(
    f"DELETE FROM public.{table} WHERE of_topic = '{topic}'"
    " AND graduate_id = of_key AND sequence = of_sequence AND event_id <> of_owner"
    for topic, table in _TABLES.items()
)
_NAMED = "drop_forked_version(of_topic text, of_key uuid, of_sequence bigint, of_owner uuid)"


def upgrade() -> None:
    op.execute(
        f"CREATE FUNCTION {_NAMED} RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp"
        f" AS $body$ {_DELETES} $body$"
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION drop_forked_version(text, uuid, bigint, uuid)")
