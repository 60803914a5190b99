"""Generated files: committed as generated, valid, and never breaking readers."""

import copy
import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from common.contracts import organisation
from common.contracts.catalogue import EVENT_TYPES, SUBSCRIPTIONS, TOPICS
from common.contracts.compatibility import breaking_changes
from common.contracts.generate import HOME, breaking, outdated
from common.contracts.organisation import OrganisationData
from common.contracts.schemas import schema_of, served_schema

FORBIDDEN = {
    "name",
    "citizen_id",
    "student_number",
    "exam_number",
    "phone",
    "email",
    "address",
    "employer_name",
    "employer_uscc",
    "employer_address",
    "salary",
    "birth_date",
    "reason",
    "note",
    "comment",
    "study_school_name",
}
ABOUT_PERSONS = [name for name, described in EVENT_TYPES.items() if ".organisation." not in described.topic]


def example(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((HOME / "examples" / f"{name}.json").read_text("utf-8"))
    return found


def test_committed_files_are_what_the_models_say() -> None:
    assert outdated() == []


def test_the_models_break_no_reader_of_the_committed_schemas() -> None:
    assert breaking() == []


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_every_example_is_valid_under_its_schema_and_model(name: str) -> None:
    schema = json.loads(served_schema(f"{name}.json") or b"{}")
    Draft202012Validator.check_schema(schema)
    data = example(name)["data"]
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(data)
    assert EVENT_TYPES[name].model.model_validate(data).model_dump(mode="json") == data


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_a_schema_takes_no_further_field(name: str) -> None:
    data = example(name)["data"] | {"surprise": 1}
    assert not Draft202012Validator(schema_of(EVENT_TYPES[name])).is_valid(data)


@pytest.mark.parametrize(
    "name", [name for name, each in EVENT_TYPES.items() if each.topic.split(".")[2] != "organisation"]
)
def test_no_contract_has_a_field_for_personal_data(name: str) -> None:
    assert not FORBIDDEN & EVENT_TYPES[name].model.model_fields.keys()


def test_only_schemas_of_the_catalogue_are_served() -> None:
    assert served_schema("../asyncapi.json") is None
    assert served_schema("quxiang.destination.praised.json") is None


def test_groups_and_types_name_topics_of_the_catalogue() -> None:
    assert {described.topic for described in EVENT_TYPES.values()} == set(TOPICS)
    assert all(topic in TOPICS for topics in SUBSCRIPTIONS.values() for topic in topics)


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    document = json.loads((HOME / "asyncapi.json").read_text("utf-8"))
    pending: list[Any] = [document["channels"], document["operations"], document["components"]["messages"]]
    while pending:
        value = pending.pop()
        children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, child in children:
            if key == "schema":
                continue
            if key == "$ref":
                found = document
                for part in child.removeprefix("#/").split("/"):
                    found = found[part]
            pending.append(child)


DECIDED = schema_of(EVENT_TYPES["quxiang.destination.decided"])


def changed(**edits: Any) -> dict[str, Any]:
    schema = copy.deepcopy(DECIDED)
    for edit in edits.values():
        edit(schema)
    return schema


def test_a_new_optional_field_and_a_new_word_break_nobody() -> None:
    new = changed(
        field=lambda schema: schema["properties"].update(remark_code={"type": "string"}),
        word=lambda schema: schema["$defs"]["RegistrationState"]["enum"].append("filed"),
    )
    assert breaking_changes(DECIDED, new) == []


@pytest.mark.parametrize(
    ("edit", "complaint"),
    [
        (lambda schema: schema["properties"].pop("place_code"), "place_code was removed"),
        (lambda schema: schema["required"].append("place_code"), "place_code became required"),
        (lambda schema: schema["$defs"]["RegistrationState"]["enum"].remove("voided"), "state lost 'voided'"),
        (lambda schema: schema["properties"].update(flexible={"type": "string"}), "flexible is no longer boolean"),
    ],
)
def test_what_breaks_readers_is_found(edit: Any, complaint: str) -> None:
    assert breaking_changes(DECIDED, changed(edit=edit)) == [complaint]


def with_field(**rules: Any) -> dict[str, Any]:
    return changed(edit=lambda schema: schema["properties"].update(remark={"anyOf": [rules, {"type": "null"}]}))


TEXT = {"type": "string"}


@pytest.mark.parametrize(
    ("old", "new", "complaints"),
    [
        ({}, {"pattern": "^a"}, ["remark has a narrower pattern"]),
        ({"pattern": "^a|b"}, {"pattern": "^a"}, ["remark has a narrower pattern"]),
        ({}, {"format": "date"}, ["remark has a narrower format"]),
        ({"format": "date"}, {"format": "date-time"}, ["remark has a narrower format"]),
        ({}, {"maxLength": 9}, ["remark has a smaller maxLength"]),
        ({"maxLength": 10}, {"maxLength": 9}, ["remark has a smaller maxLength"]),
        ({"pattern": "^a"}, {}, []),
        ({"format": "date"}, {}, []),
        ({"maxLength": 9}, {"maxLength": 10}, []),
        ({"maxLength": 9}, {}, []),
        ({"pattern": "^a", "maxLength": 9}, {"pattern": "^a", "maxLength": 9}, []),
    ],
)
def test_a_narrower_text_breaks_what_was_written_before(
    old: dict[str, Any], new: dict[str, Any], complaints: list[str]
) -> None:
    assert breaking_changes(with_field(**TEXT, **old), with_field(**TEXT, **new)) == complaints


def test_one_of_several_patterns_may_be_added_but_not_taken_away() -> None:
    one, two = ({**TEXT, "pattern": pattern} for pattern in ("^a", "^b"))
    old = changed(edit=lambda schema: schema["properties"].update(remark={"anyOf": [one]}))
    new = changed(edit=lambda schema: schema["properties"].update(remark={"anyOf": [one, two]}))
    assert breaking_changes(old, new) == []
    assert breaking_changes(new, old) == ["remark has a narrower pattern"]


def test_an_event_from_before_lacks_the_fields_that_units_have_got_since() -> None:
    added = ("identifier_code", "city_code", "national_code", "catalogue_year", "predecessors")
    said = {name: value for name, value in example(organisation.CHANGED)["data"].items() if name not in added}
    read = OrganisationData.read(said)
    assert [getattr(read, name) for name in added] == [None, None, None, None, ()]
    newer = OrganisationData.read(said | {"predecessors": ["080611"], "campus": "新校区"})
    assert newer.predecessors == ("080611",)
