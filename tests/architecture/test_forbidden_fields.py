"""四不准，三不得: nothing in the model can hold a rate target, a quota, or a figure by member of staff."""

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from common.contracts.catalogue import EVENT_TYPES
from destinations.app import COMPOSITION
from destinations.filing.formats.layouts import FORMATS, Of
from destinations.registrations.imports.columns import HEADERS
from testing.databases import service_database

ROOT = Path(__file__).parents[2]
SERVICES = ["registry", "destinations", "surveys", "indicators"]
TARGETS = re.compile(r"(^|_)(target|quota|goal|kpi|ranking|rank|performance|league)(_|$)")
STAFF = re.compile(r"(^|_)(counsellor|staff|teacher|employee_number|adviser|officer)(_|$)")
CERTIFICATES = re.compile(r"certificate|diploma|graduation_release|degree_award")
PAPERS = re.compile("证书|学位证|毕业证|档案|户口|户籍|户档|托管|报到")
CUSTODY = re.compile(r"(^|_)(custody|hukou|household|archives?|personnel_file|prior_file|file_moved)(_|$)")
LEVELS = {"college", "school", "province"}
HANDS = re.compile(r"^(written|submitted|entered|edited|reviewed|approved|checked|judged|registered)_by(_|$)")
"""Who had a hand in a record: told by its level alone, so that two people differ, and of no use for counting staff."""
NAMED_BY_LEVEL = {"written_by", "submitted_by", "reviewed_by_class", "reviewed_by_college", "reviewed_by_school"}
OF_THE_RELEASE_BEFORE = {"approved_by_college", "approved_by_school"}
# What a school trains its graduates to be, not who of its staff did something.
NOT_STAFF = {"teacher_training_code", "teacher_training"}
NAMES_A_LEVEL = {"checked_by"}
"""Of a sample: the school or the next college."""
WORDS = re.compile(r"[a-z][a-z0-9_]*")


def is_forbidden(name: str) -> bool:
    if HANDS.search(name):
        return name not in NAMES_A_LEVEL
    return bool(TARGETS.search(name)) or (name not in NOT_STAFF and bool(STAFF.search(name)))


def properties(document: Any) -> Iterator[str]:
    """All names of fields and parameters anywhere in an OpenAPI document."""
    if isinstance(document, dict):
        if isinstance(found := document.get("properties"), dict):
            yield from found
        if document.get("in") in {"query", "path", "header"} and "name" in document:
            yield str(document["name"])
        for value in document.values():
            yield from properties(value)
    elif isinstance(document, list):
        for value in document:
            yield from properties(value)


@pytest.mark.parametrize(
    "name", ["rate_target", "quota", "counsellor_id", "ranking", "staff_code", "written_by", "reviewed_by_major"]
)
def test_the_words_are_recognised(name: str) -> None:
    assert is_forbidden(name)


@pytest.mark.parametrize("service", SERVICES)
async def test_no_column_can_hold_one(service: str) -> None:
    async with service_database(service) as database:
        connection = await asyncpg.connect(database.app_url)
        try:
            found = await connection.fetch(
                "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            )
        finally:
            await connection.close()
    assert found
    forbidden = {(row["table_name"], row["column_name"]) for row in found if is_forbidden(row["column_name"])}
    # where two people must differ, the database holds it: in no answer, file, event or filter
    of_registrations = {
        *itertools.product(("registrations", "registration_versions"), NAMED_BY_LEVEL),
        *itertools.product(("registrations",), OF_THE_RELEASE_BEFORE),
    }
    assert forbidden == (of_registrations if service == "destinations" else set())


@pytest.mark.parametrize("service", SERVICES)
def test_no_field_of_the_api_can_hold_one(service: str) -> None:
    document = json.loads((ROOT / "services" / service / "openapi.json").read_text())
    assert sorted({name for name in properties(document) if is_forbidden(name)}) == []


def test_no_event_can_hold_one() -> None:
    names = {name for described in EVENT_TYPES.values() for name in described.model.model_fields}
    assert sorted(name for name in names if is_forbidden(name)) == []


@pytest.mark.parametrize("service", SERVICES)
def test_no_route_joins_a_certificate_to_a_destination(service: str) -> None:
    document = json.loads((ROOT / "services" / service / "openapi.json").read_text())
    names = {*document["paths"], *properties(document)}
    assert sorted(name for name in names if CERTIFICATES.search(name)) == []


def test_no_column_of_a_file_says_more_of_certificates_or_custody() -> None:
    """What a file says of the roster, and empty columns of the classic format, say nothing of a destination."""
    said = {column.header for layout in FORMATS.values() for column in layout.columns if column.of is Of.DESTINATION}
    read = {header for headers in HEADERS.values() for header in headers}
    assert {header for header in said | read if PAPERS.search(header)} == set()


def test_destinations_know_no_custody() -> None:
    document = json.loads((ROOT / "services/destinations/openapi.json").read_text())
    columns = {column.name for table in COMPOSITION.metadata.tables.values() for column in table.columns}
    assert {name for name in columns | {*properties(document)} if CUSTODY.search(name)} == set()


def test_tasks_and_cases_belong_to_levels() -> None:
    schemas = json.loads((ROOT / "services/destinations/openapi.json").read_text())["components"]["schemas"]
    assert set(schemas["Holder"]["enum"]) <= LEVELS
    assert set(schemas["Handler"]["enum"]) <= LEVELS


def test_staff_is_no_dimension_of_the_indicators() -> None:
    document = json.loads((ROOT / "services/indicators/openapi.json").read_text())
    words = {word for text in strings(document["paths"]) for word in WORDS.findall(text)}
    assert sorted(word for word in words if TARGETS.search(word) and word not in {"rank"}) == []
    asked = {word for each in parameters(document) for word in enumerated(each)}
    assert {"destination", "teacher_training"} < asked
    assert sorted(word for word in asked if is_forbidden(word)) == []


def parameters(document: Any) -> Iterator[Any]:
    """Whatever the routes of an OpenAPI document can be asked for."""
    for methods in document["paths"].values():
        for route in methods.values():
            yield from route.get("parameters", [])
    yield from (each for name, each in document["components"]["schemas"].items() if not name.endswith("Answer"))


def enumerated(schema: Any) -> Iterator[str]:
    """The words of its closed lists."""
    if isinstance(schema, dict):
        yield from (each for each in schema.get("enum", []) if isinstance(each, str))
        for each in schema.values():
            yield from enumerated(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from enumerated(each)


def strings(document: Any) -> Iterator[str]:
    if isinstance(document, str):
        yield document
    elif isinstance(document, dict):
        for value in document.values():
            yield from strings(value)
    elif isinstance(document, list):
        for value in document:
            yield from strings(value)
