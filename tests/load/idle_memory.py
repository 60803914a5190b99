"""What each process of a stack takes while nothing is asked of it, in MiB, as Linux counts it; elsewhere 0.

RSS counts a page that several processes have in each of them, PSS its share. Every service runs alone on this machine
beside the other three, as `make run` has them: fresh, and once its description was read.
"""

import tempfile
from contextlib import suppress
from pathlib import Path

from testing.stack import Stack, running_stack
from tests.load.reporting import Verdict

BUDGET = 120.0


async def measure() -> list[Verdict]:
    """RSS of every process when it is ready, against the budget; all else is printed beside."""
    with tempfile.TemporaryDirectory() as folder:
        async with running_stack(Path(folder)) as stack:
            verdicts = [
                verdict for service in stack.processes for verdict in of_process(stack, service, "is ready", BUDGET)
            ]
            for service in stack.processes:
                async with stack.client(service) as client:
                    (await client.get("/openapi.json")).raise_for_status()
                verdicts += of_process(stack, service, "has described itself", None)
            return verdicts


def of_process(stack: Stack, service: str, moment: str, budget: float | None) -> list[Verdict]:
    """RSS with the budget, and PSS without one."""
    kept = rolled_up(stack.processes[service].pid)
    return [
        Verdict(f"MiB RSS of {service} when it {moment}", kept.get("Rss", 0.0), budget),
        Verdict(f"MiB PSS of {service} when it {moment}", kept.get("Pss", 0.0), None),
    ]


def rolled_up(pid: int | None) -> dict[str, float]:
    """What Linux sums up of a process's memory, by name; nothing of one that has ended, and where it does not say."""
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
        return {name: int(size.split()[0]) / 1024 for name, _, size in (line.partition(":") for line in lines)}
    return {}
