"""What a registration says of contract, contact, pay and country; contact and pay are ciphertexts."""

import sqlalchemy as sa
from alembic import op

revision = "202611300201"
down_revision = "202611300501"
branch_labels = None
depends_on = None

_TABLES = ("registrations", "registration_versions")
_EMPTIED = ("job_title", "contact_name", "contact_phone", "pay_amount", "pay_unit")
_ADDED = (
    *("job_title text", "contract_from date", "contract_to date", "contact_name bytea", "contact_phone bytea"),
    *("pay_amount bytea", "pay_unit bytea", "abroad_country_code text"),
)
_FIRST = "employer_name = NULL"
_WITH_ADDED = ", ".join((_FIRST, *(f"{name} = NULL" for name in _EMPTIED)))


def upgrade() -> None:
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} {', '.join(f'ADD COLUMN {each}' for each in _ADDED)}")
        # the planner's statistics would keep values after they are emptied
        op.execute(f"ALTER TABLE {table} {', '.join(f'ALTER COLUMN {name} SET STATISTICS 0' for name in _EMPTIED)}")
    # the function stays the one that the release before calls: whoever erases, these are emptied, too
    _replace(_FIRST, _WITH_ADDED)


def downgrade() -> None:
    _replace(_WITH_ADDED, _FIRST)
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} {', '.join(f'DROP COLUMN {each.split()[0]}' for each in _ADDED)}")


def _replace(emptied: str, by: str) -> None:
    """Lets the owner's function, as it stands, empty something else."""
    found = sa.text("SELECT pg_get_functiondef('erase_registrations(uuid[])'::regprocedure)")
    definition: str = op.get_bind().execute(found).scalar_one()
    op.execute(definition.replace(emptied, by))
