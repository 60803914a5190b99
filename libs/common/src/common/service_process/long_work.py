"""The two processes of a service's long work: the one that takes it, and the one that does parts of it beside."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from socket import socket
from typing import Any

from common.code_entries import CodeEntries
from common.observability import correlated
from common.operations import Handler, OperationContext, OperationRunner
from common.operations.helping import Assigned, Helper, help_out
from common.operations.storage import Claimed
from common.service_process.composition import Ended
from common.service_process.runtime import Runtime


@dataclass(frozen=True)
class Operation:
    """Long work of one kind: `make` gives its handler, `empty_result` is the result of work that did nothing."""

    make: Callable[[Runtime], Handler]
    empty_result: Mapping[str, Any] = field(default_factory=dict)


async def do_operations(
    operations: Mapping[str, Operation], runtime: Runtime, ended: Ended, helper: Helper | None
) -> None:
    """Does long work, until there was none for as long as the settings say."""
    settings: Any = runtime.settings
    await OperationRunner(
        runtime.database,
        {kind: operation.make(runtime) for kind, operation in operations.items()},
        cipher=runtime.keys,
        empty_results={kind: operation.empty_result for kind, operation in operations.items()},
        concurrency=settings.operations_at_once,
        ended=ended,
        helper=helper,
    ).run(settings.operations_idle_seconds)


async def do_parts(
    operations: Mapping[str, Operation], runtime: Runtime, code_entries: CodeEntries | None, sock: socket
) -> None:
    """Does parts of long work for the process at the other end, until that ends."""
    handlers = {kind: operation.make(runtime) for kind, operation in operations.items()}

    async def work(claimed: Claimed, assigned: Assigned) -> None:
        if code_entries is not None:
            await code_entries.refresh(runtime.database)
        context = OperationContext(claimed, runtime.database, runtime.keys, assigned=assigned)
        with correlated(claimed.correlation_id):
            await handlers[claimed.kind](context)

    await help_out(sock, work)
