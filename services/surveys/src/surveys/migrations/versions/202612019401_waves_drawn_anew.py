"""Before a wave opens others may be asked, and a plan may end before its first wave."""

from alembic import op

revision = "202612019401"
down_revision = "202612019001"
branch_labels = None
depends_on = None

# a minute more: the wave was planned when it was locked
_PLANNED = """
    SELECT FROM public.waves
     WHERE id = of_wave AND closing_at IS NULL AND opens_at > public.quxiang_now() - interval '1 minute'
"""
_EMPTY = f"""
    DELETE FROM public.wave_eligible WHERE wave_id = of_wave AND EXISTS ({_PLANNED});
    DELETE FROM public.wave_employers WHERE wave_id = of_wave AND EXISTS ({_PLANNED});
"""


def upgrade() -> None:
    op.execute(
        "CREATE FUNCTION empty_planned_wave(of_wave uuid) RETURNS void LANGUAGE sql SECURITY DEFINER"
        f" SET search_path = pg_catalog, pg_temp AS $body$ {_EMPTY} $body$"
    )
    op.drop_constraint(op.f("ck_wave_plans_ends_after_first"), "wave_plans")


def downgrade() -> None:
    op.create_check_constraint(op.f("ck_wave_plans_ends_after_first"), "wave_plans", "last_year >= first_year")
    op.execute("DROP FUNCTION empty_planned_wave(uuid)")
