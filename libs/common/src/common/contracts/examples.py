"""One valid example of every type: for the schemas' directory, the AsyncAPI document and the tests."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from common.contracts import graduate, organisation, rate, registration, response
from common.contracts.catalogue import EVENT_TYPES
from common.contracts.envelope import StoredEvent
from common.contracts.fields import EventData, example_day, example_instant

_GRADUATE = UUID("5b0a2f57-9a3e-4a52-9d53-0f4f1f0b7c11")
_COMMON: Mapping[str, Any] = {
    "school_code": "10001",
    "decided_on": example_day(),
    "recorded_at": example_instant(),
}

_UNIT = organisation.OrganisationData(
    **_COMMON,
    unit_kind=organisation.UnitKind.COLLEGE,
    code="C01",
    name="计算机学院",
    name_en="School of Computing",
    province_code="410000",
    changed_fields=("name_en",),
)


def _graduate(status: graduate.GraduateStatus, *changed: str) -> graduate.GraduateData:
    return graduate.GraduateData(
        **_COMMON,
        graduate_id=_GRADUATE,
        version=2,
        college_code="C01",
        major_code="080901",
        class_code="2001",
        cohort=2024,
        education_level_code="31",
        sex_code="2",
        origin_place_code="410102",
        ethnicity_code="01",
        hardship_code="0",
        training_mode_code="1",
        teacher_training_code="2",
        study_form="full_time",
        status=status,
        changed_fields=changed,
    )


def _destination(
    state: registration.RegistrationState, confirmation: registration.Confirmation, *changed: str
) -> registration.DestinationData:
    return registration.DestinationData(
        **_COMMON,
        graduate_id=_GRADUATE,
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
        source=registration.RegistrationSource.GRADUATE,
        state=state,
        confirmation=confirmation,
        changed_fields=changed,
    )


def _response(state: response.ResponseState, answered: int) -> response.ResponseData:
    return response.ResponseData(
        **_COMMON,
        graduate_id=_GRADUATE,
        wave_id=UUID("01902f0e-6f5c-7b61-9e0b-3a55c1a8f002"),
        questionnaire_id=UUID("01902f0e-6f5c-7b61-9e0b-3a55c1a8f003"),
        questionnaire_version=1,
        cohort=2024,
        cycle=1,
        state=state,
        questions_answered=answered,
        questions_total=12,
        changed_fields=("state",),
    )


_MOVED = rate.RateMovedData(
    **_COMMON,
    cohort=2024,
    groups=(rate.MovedGroup(dimension="total"), rate.MovedGroup(dimension="college", value="C01")),
)

_APPROVED = registration.RegistrationState.SCHOOL_APPROVED
_UNCONFIRMED, _CONFIRMED = registration.Confirmation.UNCONFIRMED, registration.Confirmation.CONFIRMED

EXAMPLES: Mapping[str, EventData] = MappingProxyType(
    {
        organisation.CHANGED: _UNIT,
        graduate.REGISTERED: _graduate(graduate.GraduateStatus.REGISTERED),
        graduate.CHANGED: _graduate(graduate.GraduateStatus.COMPLETED, "status", "education_level_code"),
        graduate.WITHDRAWN: _graduate(graduate.GraduateStatus.WITHDRAWN, "status"),
        registration.DECIDED: _destination(_APPROVED, _UNCONFIRMED),
        registration.CHANGED: _destination(_APPROVED, _UNCONFIRMED, "employer_nature_code", "confirmation"),
        registration.VOIDED: _destination(registration.RegistrationState.VOIDED, _UNCONFIRMED, "state"),
        registration.CONFIRMED: _destination(_APPROVED, _CONFIRMED, "confirmation"),
        registration.DISPUTED: _destination(_APPROVED, registration.Confirmation.DISPUTED, "confirmation"),
        response.REQUESTED: _response(response.ResponseState.REQUESTED, 0),
        response.SUBMITTED: _response(response.ResponseState.SUBMITTED, 11),
        response.WITHDRAWN: _response(response.ResponseState.WITHDRAWN, 11),
        rate.MOVED: _MOVED,
    }
)


def example_event(name: str) -> StoredEvent:
    """The example of a type with its envelope."""
    described, data = EVENT_TYPES[name], EXAMPLES[name]
    key = str(_GRADUATE) if "graduate_id" in type(data).model_fields else data.school_code
    return StoredEvent(
        event_id=UUID("01902f0e-6f5c-7b61-9e0b-3a55c1a8f000"),
        topic=described.topic,
        key=key,
        sequence=4,
        type=name,
        school_code=data.school_code,
        decided_on=data.decided_on,
        recorded_at=data.recorded_at,
        position=20240,
        data=data.model_dump_json(),
        correlation_id="b8a6c7d25c1f4a0e",
        traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    )
