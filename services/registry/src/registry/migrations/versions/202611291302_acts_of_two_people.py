"""The newest version of a graduate may be one that two people made: the history has been open for it before."""

from alembic import op

revision = "202611291302"
down_revision = "202611291102"
branch_labels = None
depends_on = None

ACTIONS = "'create', 'change', 'withdraw', 'import'"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        _restrict(f"{ACTIONS}, 'population_change'")


def downgrade() -> None:
    _restrict(ACTIONS)


def _restrict(actions: str) -> None:
    op.execute(
        "ALTER TABLE graduates DROP CONSTRAINT ck_graduates_action,"
        f" ADD CONSTRAINT ck_graduates_action CHECK (action IN ({actions})) NOT VALID"
    )
    op.execute("ALTER TABLE graduates VALIDATE CONSTRAINT ck_graduates_action")
