"""Registration topic of destinations: the state of one graduate's current approved destination (毕业去向)."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from common.contracts.events import EXAMPLE_FACTS, EXAMPLE_GRADUATE, Event, States, TopicSpec
from common.contracts.fields import ADDITIVE, Code, CohortField, EventData, Slug, UnitCode, Version

TOPIC = "quxiang.destinations.registration.v1"
DECIDED = "quxiang.destination.decided"
CHANGED = "quxiang.destination.changed"
VOIDED = "quxiang.destination.voided"
CONFIRMED = "quxiang.destination.confirmed"
DISPUTED = "quxiang.destination.disputed"


class RegistrationState(StrEnum):
    """Where the registration (去向登记) stands. Only `voided` takes the destination out of the figures."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    COUNSELLOR_APPROVED = "counsellor_approved"
    COLLEGE_APPROVED = "college_approved"
    SCHOOL_APPROVED = "school_approved"
    RETURNED = "returned"
    VOID_REQUESTED = "void_requested"
    VOIDED = "voided"


class Confirmation(StrEnum):
    """What the graduate said of the approved record (毕业生确认)."""

    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"


class RegistrationSource(StrEnum):
    """Who entered the record first."""

    GRADUATE = "graduate"
    PROXY = "proxy"
    IMPORT = "import"
    AGREEMENT = "agreement"


class DestinationData(EventData):
    """Effective content of a registration. Group codes are as of the decision; figures take theirs from the roster."""

    graduate_id: UUID
    registration_id: UUID
    version: Version
    college_code: UnitCode | None = None
    major_code: UnitCode | None = None
    education_level_code: Code | None = None
    cohort: CohortField
    destination_code: Code
    code_list_version: Annotated[str, Field(min_length=1, max_length=32)]
    class_level1: Slug | None = Field(default=None, description="一级分类")
    class_level2: Slug | None = Field(default=None, description="二级分类")
    flexible: bool = Field(description="灵活就业, with the scheme's default applied")
    flexible_kind: Slug | Code | None = None
    employer_nature_code: Code | None = None
    industry_code: Code | None = None
    place_code: Code | None = None
    position_code: Code | None = None
    study_level_code: Code | None = Field(default=None, description="Of further study; an older event lacks it")
    abroad_country_code: Code | None = Field(default=None, description="ISO 3166-1; an older event lacks it")
    source: Annotated[RegistrationSource, ADDITIVE]
    state: Annotated[RegistrationState, ADDITIVE]
    confirmation: Annotated[Confirmation, ADDITIVE] | None = None


def _example(
    confirmation: Confirmation, *changed: str, state: RegistrationState = RegistrationState.SCHOOL_APPROVED
) -> DestinationData:
    return DestinationData(
        **EXAMPLE_FACTS,
        graduate_id=EXAMPLE_GRADUATE,
        registration_id=UUID("01902f0e-6f5c-7b61-9e0b-3a55c1a8f001"),
        version=4,
        college_code="C01",
        major_code="080901",
        education_level_code="31",
        cohort=2024,
        destination_code="10",
        code_list_version="2024",
        class_level1="employed",
        class_level2="unit",
        flexible=False,
        employer_nature_code="39",
        industry_code="33",
        place_code="410102",
        position_code="40",
        source=RegistrationSource.GRADUATE,
        state=state,
        confirmation=confirmation,
        changed_fields=changed,
    )


EVENTS = (
    Event(DECIDED, DestinationData, "A destination was approved", _example(Confirmation.UNCONFIRMED)),
    Event(
        CHANGED,
        DestinationData,
        "Effective content changed",
        _example(Confirmation.UNCONFIRMED, "employer_nature_code", "confirmation"),
    ),
    Event(
        VOIDED,
        DestinationData,
        "A registration was voided",
        _example(Confirmation.UNCONFIRMED, "state", state=RegistrationState.VOIDED),
    ),
    Event(CONFIRMED, DestinationData, "The graduate confirmed", _example(Confirmation.CONFIRMED, "confirmation")),
    Event(DISPUTED, DestinationData, "The graduate disputed", _example(Confirmation.DISPUTED, "confirmation")),
)

STATES = States(gone=(VOIDED,), says={"state": RegistrationState.VOIDED}, again=CHANGED)

TOPIC_SPEC = TopicSpec(
    TOPIC, "destinations", "graduate_id", "State of one graduate's approved destination", EVENTS, states=STATES
)
