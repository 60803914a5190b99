"""Writes the `openapi.json` that every service answers: `python -m quxiang.openapi`; `--check` compares only."""

import importlib
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from common.database import Database
from common.generated import write_or_check
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes or checks, and returns the exit code."""
    files = {committed(service): document(service) for service in PORTS}
    return write_or_check("quxiang.openapi", __doc__, files, "make openapi", arguments)


if __name__ == "__main__":
    sys.exit(main())
