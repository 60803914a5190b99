"""The layout rules that a linter of imports cannot see."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = [*(ROOT / "libs").glob("*/src"), ROOT / "deploy/local/src", *(ROOT / "services").glob("*/src")]
MODULES = [path for source in SOURCES for path in sorted(source.rglob("*.py"))]
VAGUE = {"utils", "util", "helpers", "helper", "base", "misc", "core", "manager", "shared"}
LONGEST_MODULE = 300


def find_tests(member: Path) -> Iterator[Path]:
    return member.rglob("test_*.py")


def test_the_import_contracts_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [path for path in MODULES if path.stem in VAGUE or path.parent.name in VAGUE] == []


def test_no_module_is_longer_than_a_reader_holds() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in MODULES}
    assert {path: length for path, length in lengths.items() if length > LONGEST_MODULE} == {}


@pytest.mark.parametrize("name", ["registry", "destinations", "surveys", "indicators"])
def test_every_service_has_the_common_shape(name: str) -> None:
    package = ROOT / "services" / name / "src" / name
    expected = ["__main__.py", "settings.py", "app.py", "migrations/env.py"]
    assert [part for part in expected if not (package / part).exists()] == []


ON_ONE_STACK = {ROOT / "tests/e2e", ROOT / "tests/faults/own_servers"}
"""Packages for pytest alone, so that their stack ends with their last test and not with the worker."""


def test_test_folders_are_no_packages() -> None:
    """Equal file names in two members would collide under the default import mode."""
    folders = {path.parent for member in ("libs", "services", "deploy", "tests") for path in find_tests(ROOT / member)}
    assert {folder for folder in folders if (folder / "__init__.py").exists()} == ON_ONE_STACK


def test_services_declare_only_the_shared_library() -> None:
    """A shared environment hides a missing dependency; a service's own packages must not reach for another member."""
    for path in (ROOT / "services").glob("*/pyproject.toml"):
        text = path.read_text()
        others = {each.parent.name for each in (ROOT / "services").glob("*/pyproject.toml")} - {path.parent.name}
        assert not [other for other in others if f"quxiang-{other}" in text], path
