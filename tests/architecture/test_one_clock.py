"""Code and SQL take "now" from one place: no other source of time stands in a module or in a migrated database."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from testing.databases import service_database

ROOT = Path(__file__).parents[2]
SOURCES = [*(ROOT / "libs").glob("*/src"), ROOT / "deploy/local/src", *(ROOT / "services").glob("*/src")]
THE_CLOCK = {"common/clock.py", "common/database/clock.py"}
OLD_MIGRATIONS = {"common/database/common_tables.py"}
FIRST_MIGRATION_WITH_THE_CLOCK = "202611290001"
IN_SQL = re.compile(
    r"\b(clock_timestamp|transaction_timestamp|statement_timestamp|timeofday|now)\s*\(|"
    r"\b(CURRENT_(DATE|TIME|TIMESTAMP)|LOCALTIME(STAMP)?)\b"
)
IN_CODE = re.compile(
    r"(datetime|date)\.(now|utcnow|today)|time\.(time|time_ns|localtime|gmtime|ctime)|"
    r"func\.(now|clock_timestamp|current_\w+|localtime\w*|transaction_timestamp|statement_timestamp)"
)

A_NAME = re.compile(
    r"\b((utc)?now|today|localtime|gmtime|ctime|timeofday|time)\b|_timestamp|current_|CURRENT_|LOCALTIME"
)


def is_old_migration(path: Path) -> bool:
    return path.parent.name == "versions" and path.name < FIRST_MIGRATION_WITH_THE_CLOCK


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for source in SOURCES:
        for path in sorted(source.rglob("*.py")):
            if str(path.relative_to(source)) not in THE_CLOCK | OLD_MIGRATIONS and not is_old_migration(path):
                text = path.read_text()
                # a tree is walked only where the text holds a name of a clock
                if A_NAME.search(text):
                    yield path, ast.parse(text)


def times_of(tree: ast.Module) -> list[str]:
    """What reads another clock: by name, under whatever it was imported as, or in a string of SQL."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute | ast.Name):
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else node.value.id
            if IN_CODE.fullmatch(f"{owner}.{node.attr}"):
                found.append(ast.unparse(node))
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            found += [f"time.{each.name}" for each in node.names if IN_CODE.fullmatch(f"time.{each.name}")]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found += [match[0] for match in IN_SQL.finditer(node.value)]
    return found


def test_no_module_reads_another_clock() -> None:
    found = {str(path.relative_to(ROOT)): times for path, tree in modules() if (times := times_of(tree))}
    assert found == {}


@pytest.mark.parametrize(
    "line",
    [
        "datetime.now(UTC)",
        "datetime.datetime.now(UTC)",
        "date.today()",
        "time.time()",
        "from time import time",
        "func.now()",
        "default=datetime.utcnow",
        "text('SELECT clock_timestamp()')",
        "f'UPDATE x SET y = now() WHERE {z}'",
        "text('current_date is CURRENT_DATE')",
    ],
)
def test_another_clock_is_found(line: str) -> None:
    assert times_of(ast.parse(line))


@pytest.mark.parametrize("line", ["clock.now()", "time.monotonic()", "text('SELECT quxiang_now()')", "known.now(x)"])
def test_the_one_clock_is_no_other(line: str) -> None:
    assert times_of(ast.parse(line)) == []


@pytest.mark.parametrize("service", ["registry", "destinations", "surveys", "indicators"])
async def test_no_default_of_a_database_reads_another_clock(service: str) -> None:
    async with service_database(service) as database:
        connection = await asyncpg.connect(database.owner_url)
        defaults = await connection.fetch("SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef")
        await connection.close()
    assert [default for (default,) in defaults if IN_SQL.search(default)] == []
    assert [default for (default,) in defaults if "quxiang_now()" in default]
