"""Measures against the budgets: `python -m tests.load [BENCH …]`, all of them without a name.

Both sides of every ratio are measured in one run, alternating. Exit code 1 when a budget is missed.
"""

import asyncio
import sys
from argparse import ArgumentParser
from collections.abc import Awaitable, Callable, Mapping, Sequence

from testing.shared_servers import keeper
from tests.load import (
    answer_export_speed,
    answer_speed,
    bulk_speed,
    change_cost,
    contact_speed,
    coverage_speed,
    evidence_speed,
    export_memory,
    filing_speed,
    freezing_speed,
    freshness,
    histories_speed,
    idle_memory,
    import_speed,
    imports_over_http,
    linking_speed,
    logic_speed,
    national,
    neighbours,
    publishing_speed,
    reconcile_speed,
    report_speed,
    request_cost,
    stream_listeners,
    submitting_speed,
    tracking_speed,
)
from tests.load.reporting import Verdict

BENCHES: Mapping[str, Callable[[], Awaitable[list[Verdict]]]] = {
    "answer-speed": answer_speed.measure,
    "answer-export": answer_export_speed.measure,
    "bulk-speed": bulk_speed.measure,
    "change-cost": change_cost.measure,
    "contact": contact_speed.measure,
    "coverage": coverage_speed.measure,
    "evidence": evidence_speed.measure,
    "export-memory": export_memory.measure,
    "filing-speed": filing_speed.measure,
    "freezing": freezing_speed.measure,
    "freshness": freshness.measure,
    "histories": histories_speed.measure,
    "idle-memory": idle_memory.measure,
    "import-alone": import_speed.measure,
    "import-speed": imports_over_http.measure,
    "linking-speed": linking_speed.measure,
    "logic": logic_speed.measure,
    "national": national.measure,
    "neighbours": neighbours.measure,
    "publish-protection": publishing_speed.measure,
    "reconcile-speed": reconcile_speed.measure,
    "report-speed": report_speed.measure,
    "request-cost": request_cost.measure,
    "stream-listeners": stream_listeners.measure,
    "submit-group": submitting_speed.measure,
    "tracking": tracking_speed.measure,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the named measurements; gives the exit code."""
    parser = ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("benches", nargs="*", metavar="BENCH", help=", ".join(BENCHES))
    names = parser.parse_args(arguments).benches or list(BENCHES)
    if unknown := set(names) - BENCHES.keys():
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    verdicts: list[Verdict] = []
    with keeper():
        for name in names:
            sys.stdout.write(f"\n{name}\n")
            verdicts += asyncio.run(_measured(name))
    sys.stdout.write("\n" + "".join(f"{verdict.line()}\n" for verdict in verdicts))
    return 0 if all(verdict.kept for verdict in verdicts) else 1


async def _measured(name: str) -> list[Verdict]:
    return await BENCHES[name]()


if __name__ == "__main__":
    sys.exit(main())
