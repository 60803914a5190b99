"""Acts that meet at the lock of a graduate's stream."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg

from testing.databases import ServiceDatabase, sessions_at_a_lock


async def together(addresses: ServiceDatabase, graduate_id: UUID, acts: list[Any]) -> list[Any]:
    """Lets the acts begin one after the other and meet at the graduate's stream, then lets them go on at once."""
    holder = await asyncpg.connect(addresses.admin_url)
    holding = holder.transaction()
    await holding.start()
    await holder.execute("SELECT 1 FROM destination_streams WHERE graduate_id = $1 FOR UPDATE", graduate_id)
    running = [asyncio.ensure_future(act) for act in acts]
    await sessions_at_a_lock(addresses, len(acts))
    await holding.rollback()
    await holder.close()
    return await asyncio.gather(*running, return_exceptions=True)
