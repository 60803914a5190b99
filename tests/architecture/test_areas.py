"""One shape for an area: the modules that may stand in it, and what its inner layers may import."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = ("registry", "destinations", "surveys", "indicators")
AREA_MODULES = {
    "__init__", "domain", "tables", "storage", "announcements", "commands", "wire", "routes", "operations",
    "subscriptions", "imports", "formats",
}  # fmt: skip
IMPORT_MODULES = {
    "__init__", "columns", "readings", "rows", "load", "plan", "guards", "records", "write", "template", "proposals",
    "routes", "operations",
}  # fmt: skip
ROOT_MODULES = {"__init__", "__main__", "settings", "app", "areas", "schema", "migrations"}
COMPOSED = {
    "registry": {"dictionary", "maintenance", "other_services"},
    "destinations": {"dictionary", "maintenance", "registry_client", "retention", "ring_keys", "verification"},
    "surveys": {"destinations_client", "directory", "histories", "invariants", "maintenance", "verification"},
    "indicators": {"histories", "maintenance", "reconciling"},
}
"""What a service composes at its root beside its areas."""

KERNELS = {
    "registry": {"photo_checks"},
    "destinations": {"evidence_checks"},
    "indicators": {
        "schemes",
        "timeline",
        "progress",
        "reading",
        "formats",
        "references",
        "report_files",
        "tracking_counts",
        "publishing_counts",
    },
    "surveys": {"export_files", "expressions"},
}
"""Packages below the areas, held in layers by the contract `layers-of-indicators`: each module there is named for what
it computes."""

INNER = ("domain", "tables", "storage", "announcements", "commands")
FRAMEWORKS = ("common.http", "fastapi", "starlette", "httpx", "pydantic")


def package(service: str) -> Path:
    return ROOT / "services" / service / "src" / service


def areas() -> Iterator[Path]:
    for service in SERVICES:
        for folder in sorted(package(service).iterdir()):
            inner = folder.name in {"migrations", "__pycache__"} or folder.name in KERNELS.get(service, ())
            if any(folder.glob("*.py")) and not inner:
                yield folder


AREAS = list(areas())


def names(folder: Path) -> set[str]:
    """Modules and packages; a folder without Python is left over from another state of the tree."""
    return {path.stem for path in folder.iterdir() if path.suffix == ".py" or any(path.glob("*.py"))}


def inner_modules() -> Iterator[Path]:
    """Modules of the layers that know no edge, packages of such a name included."""
    for area in AREAS:
        for layer in INNER:
            yield from (area / layer).rglob("*.py")
            yield from area.glob(f"{layer}.py")


def imported(path: Path) -> list[str]:
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT / "services"))


def test_areas_and_their_inner_modules_are_found() -> None:
    assert len(AREAS) > 10
    assert len(list(inner_modules())) > 40


@pytest.mark.parametrize("area", AREAS, ids=shown)
def test_an_area_holds_only_modules_of_the_one_shape(area: Path) -> None:
    assert names(area) <= AREA_MODULES
    if (area / "imports").is_dir():
        assert names(area / "imports") <= IMPORT_MODULES


def test_the_contract_of_layers_names_every_area() -> None:
    contract = (ROOT / ".importlinter").read_text().split("[importlinter:contract:areas]")[1].split("layers =")[0]
    assert {f"{area.parent.name}.{area.name}" for area in AREAS} == set(re.findall(r"^    (\w+\.\w+)$", contract, re.M))


@pytest.mark.parametrize("service", SERVICES)
def test_the_root_of_a_service_holds_only_what_is_composed_there(service: str) -> None:
    areas_and_kernels = {area.name for area in AREAS if area.parent.name == service} | KERNELS.get(service, set())
    assert names(package(service)) - areas_and_kernels <= ROOT_MODULES | COMPOSED.get(service, set())


@pytest.mark.parametrize("path", sorted(inner_modules()), ids=shown)
def test_inner_layers_know_no_edge(path: Path) -> None:
    """Which of them may know which other is a contract in .importlinter."""
    wire = ".".join(path.relative_to(ROOT / "services").parts[2:4]) + ".wire"
    assert [name for name in imported(path) if name.startswith((*FRAMEWORKS, wire))] == []


@pytest.mark.parametrize("path", sorted(inner_modules()), ids=shown)
def test_no_command_takes_a_closure_for_a_value(path: Path) -> None:
    assert "Callable[[]," not in path.read_text()
