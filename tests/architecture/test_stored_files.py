"""A change of the ring's key must not lose stored files: `rotate-keys` of who stores them wraps their keys anew."""

from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from common.database import new_metadata
from common.objects import objects_table
from common.service_process import Composition

ROOT = Path(__file__).parents[2]
SERVICES = ("registry", "destinations", "surveys", "indicators")


def composition(service: str) -> Composition:
    found: Composition = import_module(f"{service}.app").COMPOSITION
    return found


def forgets_keys_of_files(composed: Composition) -> bool:
    """True for a service with the table of stored files and no command that wraps `objects.sealed_key` anew."""
    if "objects" not in composed.metadata.tables:
        return False
    package = ROOT / "services" / composed.name / "src" / composed.name
    sources = (path.read_text("utf-8") for path in package.rglob("*.py") if "migrations" not in path.parts)
    return "rotate-keys" not in {each.name for each in composed.commands} or not any(
        "rewrap_file_keys" in source for source in sources
    )


@pytest.mark.parametrize("service", SERVICES)
def test_who_stores_files_wraps_their_keys_anew(service: str) -> None:
    assert not forgets_keys_of_files(composition(service)), (
        "rotate-keys must wrap objects.sealed_key by the current key, and --retire count what still needs the old one"
    )


@pytest.mark.parametrize("service", ["indicators"])
def test_a_table_of_files_alone_is_not_enough(service: str) -> None:
    metadata = new_metadata()
    objects_table(metadata)
    assert forgets_keys_of_files(replace(composition(service), metadata=metadata))
