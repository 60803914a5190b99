"""Registration topic of destinations: the state of one graduate's current approved destination (毕业去向)."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

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
    source: Annotated[RegistrationSource, ADDITIVE]
    state: Annotated[RegistrationState, ADDITIVE]
    confirmation: Annotated[Confirmation, ADDITIVE] | None = None
