"""Signals over committed rows, looked for again and again."""

from collections.abc import Mapping
from functools import partial

from sqlalchemy import TextClause

from common.auth import SYSTEM
from common.database import Database
from destinations.cases import commands
from destinations.cases.domain import Rule
from destinations.cases.storage import STATEMENTS, Overtaken

SWEEP_SECONDS = 30.0
"""A case stands within a minute of what it is about."""


async def sweep(database: Database, statements: Mapping[Rule, TextClause] = STATEMENTS) -> int:
    """One round of these rules, each in a transaction of its own; how many cases it has opened and cleared."""
    changed = 0
    for rule, statement in statements.items():
        changed += await _round(database, rule, statement)
    return changed


async def _round(database: Database, rule: Rule, statement: TextClause) -> int:
    while True:
        try:
            return await database.act(SYSTEM, partial(commands.sweep, rule=rule, statement=statement))
        except Overtaken:
            # each time a case was found meanwhile: there are only so many
            continue


async def sweep_all(database: Database) -> int:
    """One round of the rules of this area, and of what has gone of evidence."""
    return await sweep(database) + await database.act(SYSTEM, commands.clear_evidence)
