"""The compose file: valid by the Compose specification, complete, and as hardened as the runbook says."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema
from jsonschema import Draft7Validator

ROOT = Path(__file__).parents[2]
SERVICES = ("registry", "destinations", "surveys", "indicators")

Json = dict[str, Any]


@pytest.fixture(scope="module")
def compose() -> Json:
    return dict(yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8")))


def test_it_is_valid_by_the_specification(compose: Json) -> None:
    validator = Draft7Validator(get_builtin_schema("vendor.compose-spec"))
    assert [f"{list(error.path)}: {error.message}" for error in validator.iter_errors(compose)] == []


def test_every_service_has_its_migration_its_api_and_its_worker(compose: Json) -> None:
    described = compose["services"]
    for service in SERVICES:
        commands = {part: described[f"{service}-{part}"]["command"] for part in ("migrate", "api", "worker")}
        assert commands == {"migrate": ["migrate"], "api": ["api"], "worker": ["worker"]}
        for part in ("migrate", "api", "worker"):
            assert described[f"{service}-{part}"]["build"]["args"] == {"SERVICE": service}
        assert described[f"{service}-worker"]["init"], "a killed process of imports leaves its children to process 1"


def test_nothing_starts_before_what_it_needs(compose: Json) -> None:
    described = compose["services"]
    for service in SERVICES:
        for part in ("api", "worker"):
            needed = described[f"{service}-{part}"]["depends_on"]
            assert needed[f"{service}-migrate"] == {"condition": "service_completed_successfully"}
            assert needed["postgres"] == {"condition": "service_healthy"}
        worker = described[f"{service}-worker"]["depends_on"]
        assert worker["create-topics"] == {"condition": "service_completed_successfully"}
        assert worker["kafka"] == {"condition": "service_healthy"}
    for name, each in described.items():
        for needed in each.get("depends_on", {}):
            assert needed in described, (name, needed)


def test_our_processes_write_to_no_disk_but_stored_files_and_have_no_rights(compose: Json) -> None:
    ours = {name: each for name, each in compose["services"].items() if "build" in each}
    assert len(ours) == 13
    for name, each in ours.items():
        assert each["read_only"] is True, name
        assert each["cap_drop"] == ["ALL"], name
        assert each["security_opt"] == ["no-new-privileges:true"], name
        stores_files = name.removesuffix("-api").removesuffix("-worker") in {"registry", "destinations", "surveys"}
        assert each.get("volumes", []) == (["objects:/var/lib/quxiang"] if stores_files else []), name


def test_what_keeps_running_is_restarted_and_tells_its_health(compose: Json) -> None:
    for name, each in compose["services"].items():
        once = name.endswith("-migrate") or name == "create-topics"
        assert each["restart"] == ("no" if once else "unless-stopped"), name
        assert once != ("healthcheck" in each), name


def test_asking_the_broker_costs_little_once_it_is_up(compose: Json) -> None:
    broker = compose["services"]["kafka"]
    check = broker["healthcheck"]
    heap = re.search(r"KAFKA_HEAP_OPTS='[^']*-Xmx([0-9]+)m'", check["test"][1])
    assert heap, "without its own heap the probe takes the broker's"
    assert int(heap[1]) <= 128
    assert seconds(check["interval"]) >= 30
    assert seconds(check["start_interval"]) <= 5 < seconds(check["start_period"])


def seconds(written: str) -> int:
    return int(written.removesuffix("s"))


def test_every_secret_is_a_file_that_is_used_and_no_password_stands_in_the_file(compose: Json) -> None:
    declared = set(compose["secrets"])
    used = {
        each if isinstance(each, str) else each["source"]
        for service in compose["services"].values()
        for each in service.get("secrets", ())
    }
    assert used == declared
    for name, each in compose["services"].items():
        for variable, value in each.get("environment", {}).items():
            secret = any(word in variable for word in ("PASSWORD", "URL_FILE", "KEYRING", "TOKEN", "JWKS"))
            assert not secret or str(value).startswith("/run/secrets/"), (name, variable)


def test_only_apis_are_reachable_and_only_from_this_machine(compose: Json) -> None:
    published = {name: each["ports"] for name, each in compose["services"].items() if "ports" in each}
    assert published == {f"{service}-api": [f"127.0.0.1:{8001 + n}:8000"] for n, service in enumerate(SERVICES)}
