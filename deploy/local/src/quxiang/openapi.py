"""Writes the `openapi.json` that every service answers: `python -m quxiang.openapi`; `--check` compares only."""

import importlib
import json
import os
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from common.database import Database
from common.settings import ServiceSettings
from quxiang.addresses import PORTS
from quxiang.services import Surroundings
from quxiang.signing import issuer_of
from quxiang.state import State, workspace_root


def document(service: str) -> str:
    """The document of one service, made without a server: nothing is connected before the first request."""
    with tempfile.TemporaryDirectory() as folder:
        state = State(Path(folder) / "state")
        issuer_of(state)
        os.environ.update(Surroundings(state, postgres_port=5432, kafka="localhost:9092").environment(service))
        settings: ServiceSettings = importlib.import_module(f"{service}.settings").Settings()
        create_app = importlib.import_module(f"{service}.app").create_app
        made = create_app(settings, Database.connect(settings), {}).openapi()
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n"


def committed(service: str) -> Path:
    """The file that is committed."""
    return workspace_root() / "services" / service / "src" / service / "openapi.json"


def outdated(service: str) -> bool:
    """Whether the committed file differs from what the code gives."""
    path = committed(service)
    return not path.exists() or path.read_text() != document(service)


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes or checks, and returns the exit code."""
    parser = ArgumentParser(prog="python -m quxiang.openapi", description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when a committed file differs")
    check = parser.parse_args(arguments).check
    changed = [service for service in PORTS if outdated(service)]
    for service in changed:
        if check:
            sys.stderr.write(f"outdated: {committed(service).relative_to(workspace_root())} (make openapi)\n")
        else:
            committed(service).write_text(document(service))
    return 1 if check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
