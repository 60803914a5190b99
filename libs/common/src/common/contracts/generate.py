"""Writes schemas, examples and the AsyncAPI document beside this module: `python -m common.contracts.generate`.

`--check` writes nothing and fails when a committed file differs. A change that breaks readers is refused: it needs a
new version of the topic (`--allow-breaking` is for contracts without a reader yet). Run it from a source tree.
"""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path

from common.contracts.asyncapi import asyncapi_document
from common.contracts.catalogue import EVENT_TYPES
from common.contracts.compatibility import breaking_changes
from common.contracts.examples import example_event
from common.contracts.schemas import rendered, schema_of
from common.contracts.structured import structured

HOME = Path(__file__).parent
_EXAMPLE_BASE = "https://quxiang.example"


def documents() -> Mapping[Path, str]:
    """All generated files with their content."""
    found = {HOME / "asyncapi.json": rendered(asyncapi_document())}
    for name, described in EVENT_TYPES.items():
        owner = described.topic.split(".")[1]
        found[HOME / "schemas" / described.schema_name] = rendered(schema_of(described))
        found[HOME / "examples" / described.schema_name] = rendered(
            structured(example_event(name), owner, _EXAMPLE_BASE)
        )
    return found


def outdated() -> list[Path]:
    """Files that are missing, differ, or belong to no type any more."""
    wanted = documents()
    present = {path for folder in ("schemas", "examples") for path in (HOME / folder).glob("*.json")}
    stale = [path for path, content in wanted.items() if not path.exists() or path.read_text("utf-8") != content]
    return sorted({*stale, *(present - wanted.keys())})


def breaking() -> list[str]:
    """What the models would break for readers of the committed schemas."""
    found = []
    for path in sorted((HOME / "schemas").glob("*.json")):
        described = EVENT_TYPES.get(path.stem)
        new = schema_of(described) if described is not None else {}
        found += [f"{path.stem}: {each}" for each in breaking_changes(json.loads(path.read_text("utf-8")), new)]
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes, or checks; returns the exit code."""
    parser = ArgumentParser(prog="python -m common.contracts.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when a committed file differs")
    parser.add_argument("--allow-breaking", action="store_true", help="write even what breaks readers")
    chosen = parser.parse_args(arguments)
    complaints = [] if chosen.allow_breaking else [f"breaking: {each}" for each in breaking()]
    if chosen.check:
        complaints += [f"outdated: {path.relative_to(HOME)}" for path in outdated()]
    sys.stderr.writelines(f"{each}\n" for each in complaints)
    if complaints:
        return 1
    wanted = documents()
    for path in outdated():
        if path in wanted:
            path.parent.mkdir(exist_ok=True)
            path.write_text(wanted[path], "utf-8")
        else:
            path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
