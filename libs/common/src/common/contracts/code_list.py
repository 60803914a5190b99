"""Code list topic of registry: dated rows that an administrator added to a code list (代码表) while the system runs."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from common.contracts.events import EXAMPLE_FACTS, Event, States, TopicSpec
from common.contracts.fields import ADDITIVE, EventData, Slug
from common.identifiers import NO_SCHOOL

TOPIC = "quxiang.registry.code-list.v1"
CHANGED = "quxiang.code_list.changed"

ListName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{0,47}$")]
AddedCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z_.\-]{0,31}$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Attribute = Annotated[str, StringConstraints(min_length=1, max_length=32)]


class EntryState(StrEnum):
    """Whether the list has the row. It lacks one that registry lost when its database was restored."""

    LISTED = "listed"
    WITHDRAWN = "withdrawn"


class CodeEntryData(EventData):
    """One added row. A code with several periods has a row for each; its first day tells them apart."""

    code_list: ListName
    code: AddedCode
    label_zh: Label
    label_en: Label | None = None
    valid_from: date = Field(description="First day on which the code is in force")
    valid_to: date | None = Field(default=None, description="The last such day; null while there is none")
    source: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    verified: bool = Field(description="False until a release of this software has the row")
    attributes: Mapping[Slug, Attribute] = Field(
        default_factory=dict, description="What only this list has, such as a parent"
    )
    entry_id: UUID
    version: Annotated[int, Field(ge=1)]
    state: Annotated[EntryState, ADDITIVE] = EntryState.LISTED

    @property
    def entry(self) -> str:
        """The row among those of all lists."""
        return f"{self.code_list}/{self.code}/{self.valid_from}"


EVENTS = (
    Event(
        CHANGED,
        CodeEntryData,
        "A dated row was added to a code list",
        CodeEntryData(
            **{**EXAMPLE_FACTS, "school_code": NO_SCHOOL},
            code_list="division",
            code="500157",
            label_zh="两江新区",
            label_en=None,
            valid_from=date(2024, 5, 1),
            source="notice of the ministry of civil affairs",
            verified=False,
            attributes={"parent": "500000"},
            entry_id=UUID("01902f0e-6f5c-7b61-9e0b-3a55c1a8f00e"),
            version=1,
            changed_fields=("code", "label_zh", "valid_from", "source", "attributes"),
        ),
    ),
)

STATES = States(gone=(CHANGED,), says={"state": EntryState.WITHDRAWN}, again=CHANGED, thing=("code", "valid_from"))

TOPIC_SPEC = TopicSpec(
    TOPIC, "registry", "code_list", "Dated rows that were added to code lists", EVENTS, states=STATES
)
