"""Comparing 10⁵ versions that are all equal with their owners: `reconcile` by digests against `verify` by histories.

Registry and destinations answer in this process from an outbox with the same versions; both commands take turns.
"""

import sys
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg

from common.auth import TokenVerifier
from common.change_feed import changes_router, digests_router
from common.contracts import graduate, registration
from common.database import Database
from common.http import create_app
from common.settings import ServiceSettings
from indicators.maintenance import run_reconcile, run_verify
from indicators.settings import Settings
from testing.databases import service_database
from testing.http import serving
from testing.messaging import METADATA
from testing.tokens import TokenMint
from tests.load.change_cost import PARTITIONS, generate, settle
from tests.load.reporting import Verdict, milliseconds, percentile
from tests.load.tracking_speed import in_turns

BUDGET = 20.0
VERSIONS, ROUNDS = 100_000, 3

_COLUMNS = (
    "event_id", "topic", "key", "sequence", "type", "school_code", "decided_on", "recorded_at", "position", "data",
)  # fmt: skip
_SAID = """
    'graduate_id', graduate_id, 'version', 1, 'school_code', school_code, 'cohort', 2024, 'decided_on', decided_on,
    'recorded_at', to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
"""
_EVENTS = f"""
    SELECT event_id, $1::text, graduate_id::text, sequence, $2::text, school_code, decided_on, recorded_at,
           row_number() OVER () AS position,
           json_build_object({_SAID}, 'status', status, 'college_code', college_code, 'major_code', major_code,
               'class_code', class_code, 'education_level_code', education_level_code, 'sex_code', sex_code,
               'origin_place_code', origin_place_code)::text
      FROM roster_versions
    UNION ALL
    SELECT event_id, $3, graduate_id::text, sequence, $4, school_code, decided_on, recorded_at,
           1000000 + row_number() OVER (),
           json_build_object({_SAID}, 'registration_id', registration_id, 'destination_code', destination_code,
               'code_list_version', code_list_version, 'flexible', flexible, 'source', 'import', 'state', state)::text
      FROM destination_versions
"""


async def measure() -> list[Verdict]:
    """Both commands in turns, over all schools."""
    async with AsyncExitStack() as stack:
        found = await stack.enter_async_context(service_database("indicators"))
        outbox = await stack.enter_async_context(service_database("destinations", METADATA))
        owner = await asyncpg.connect(found.owner_url.replace("+asyncpg", ""))
        await generate(owner, VERSIONS // 2)
        await _publish(owner, outbox.admin_url)
        await owner.close()
        for url in (found.admin_url, outbox.admin_url):
            await settle(url)
        database = Database.connect(found.app_url)
        stack.push_async_callback(database.dispose)
        settings = await stack.enter_async_context(_owners(outbox.app_url, found.app_url))
        reconciled, verified = await in_turns([_reconcile(settings, database), _verify(settings, database)], ROUNDS)
    sys.stdout.write(f"  reconcile: {milliseconds(reconciled)}\n  verify: {milliseconds(verified)}\n")
    ratio = percentile(verified, 0.5) / percentile(reconciled, 0.5)
    return [Verdict(f"reconcile, {VERSIONS:,} equal versions, times as fast as verify", ratio, BUDGET, True)]


async def _publish(owner: asyncpg.Connection, outbox_url: str) -> None:
    outbox = await asyncpg.connect(outbox_url.replace("+asyncpg", ""))
    named = (graduate.TOPIC, graduate.CHANGED, registration.TOPIC, registration.CHANGED)
    events = await owner.fetch(_EVENTS, *named)
    await outbox.copy_records_to_table("outbox", records=events, columns=_COLUMNS)
    await outbox.close()


@asynccontextmanager
async def _owners(outbox_url: str, url: str) -> AsyncIterator[Settings]:
    """The settings by which the owners are asked."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        mint, outbox = TokenMint(folder), Database.connect(outbox_url)
        stack.push_async_callback(outbox.dispose)
        addresses: dict[str, Any] = {}
        topics = {"registry": (graduate.TOPIC,), "destinations": (registration.TOPIC,), "surveys": ()}
        for service, its in topics.items():
            given = ServiceSettings(service=service, database_url=outbox_url, **mint.settings)
            routers = [digests_router(outbox, given), changes_router(outbox, given, its)]
            app = create_app(title=service, settings=given, verifier=TokenVerifier(given), routers=routers)
            addresses[f"{service}_url"] = await stack.enter_async_context(serving(app))
        token = mint.service_token_file(folder)
        yield Settings(database_url=url, partitions=PARTITIONS, service_token_file=token, **addresses, **mint.settings)


def _reconcile(settings: Settings, database: Database) -> Any:
    async def act() -> None:
        if await run_reconcile(settings, database, Namespace(school=None)):
            sys.exit("the versions are not equal")

    return act


def _verify(settings: Settings, database: Database) -> Any:
    async def act() -> None:
        if await run_verify(settings, database, Namespace(school=None, figures_only=False, snapshots=False)):
            sys.exit("verify has found differences")

    return act
