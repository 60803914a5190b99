"""Shows the events of the running stack as they pass, for people who want to see them."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.errors import KafkaError

from common.contracts.catalogue import TOPICS
from quxiang.control import NOT_RUNNING
from quxiang.state import State
from servers.problems import StartProblem

_SHOWN = ("ce_type", "ce_subject", "ce_sequence", "ce_decidedon")


async def follow(state: State, say: Callable[[str], None], *, count: int | None = None) -> None:
    """Prints each new event of the public topics, one per line, until cancelled or `count` were shown."""
    address: Any = state.recall("run.json").get("kafka")
    if not isinstance(address, str):
        raise StartProblem(NOT_RUNNING)
    async with _reader(address) as reader:
        shown = 0
        async for record in reader:
            say(described(record))
            shown += 1
            if shown == count:
                return


def described(record: "ConsumerRecord[bytes, bytes]") -> str:
    """One line: what happened, to what, in which order, counting from which day, and the data."""
    headers = {name: value.decode(errors="replace") for name, value in record.headers}
    facts = "  ".join(headers.get(name, "-") for name in _SHOWN)
    data = json.dumps(json.loads(record.value), ensure_ascii=False) if record.value else "-"
    return f"{facts}  {data}"


@asynccontextmanager
async def _reader(address: str) -> "AsyncIterator[AIOKafkaConsumer]":
    """A reader of its own, in no group: it takes nothing away from the services."""
    reader = AIOKafkaConsumer(
        *(name for name in TOPICS if ".internal." not in name),
        bootstrap_servers=address,
        auto_offset_reset="latest",
        enable_auto_commit=False,
        fetch_max_wait_ms=50,
    )
    try:
        async with asyncio.timeout(10):
            await reader.start()
    except (KafkaError, OSError, TimeoutError) as error:
        raise StartProblem(f"Kafka does not answer at {address}. Is the stack still running?") from error
    try:
        yield reader
    finally:
        await reader.stop()
