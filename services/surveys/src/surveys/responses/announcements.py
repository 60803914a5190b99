"""The events of a response: that it was answered and how completely, never what."""

from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

from common.contracts import ChangeToken, OutgoingEvent
from common.contracts.response import (
    EMPLOYER_SUBMITTED,
    EMPLOYER_WITHDRAWN,
    SUBMITTED,
    TOPIC,
    WITHDRAWN,
    Completeness,
    EmployerResponseData,
    Mode,
    ResponseData,
    Unit,
)
from common.contracts.response import ResponseState as AnnouncedState
from common.identifiers import Cohort, GraduateId, QuestionnaireId, SchoolCode, WaveId
from surveys.responses.domain import Completeness as OurCompleteness
from surveys.responses.domain import Mode as OurMode
from surveys.responses.domain import Moment, Response, ResponseState
from surveys.waves.domain import Cycle, Wave

_NOBODY, _NO_MOMENT = GraduateId(UUID(int=0)), datetime(2000, 1, 1, tzinfo=UTC)
_TYPES = {ResponseState.SUBMITTED: SUBMITTED, ResponseState.WITHDRAWN: WITHDRAWN}
_TYPES_OF_EMPLOYERS = {ResponseState.SUBMITTED: EMPLOYER_SUBMITTED, ResponseState.WITHDRAWN: EMPLOYER_WITHDRAWN}


def announcement(response: Response, wave: Wave, moment: Moment, *, others_stand: bool = False) -> OutgoingEvent:
    """The event of a response that was just submitted or withdrawn.

    Of an employer it says the state of the employer: submitted as long as others of its answers stand.
    """
    if response.employer_id is not None:
        stands = ResponseState.SUBMITTED if others_stand else response.state
        return _event(response, moment, _TYPES_OF_EMPLOYERS[stands], _of_employer(response, wave, moment, stands))
    return _event(response, moment, _TYPES[response.state], _of_graduate(response, wave, moment))


def _of_graduate(response: Response, wave: Wave, moment: Moment) -> ResponseData:
    assert response.graduate_id, "a response without an employer has a graduate"
    assert wave.cohort, "a wave of graduates has a cohort"
    given = response.state is ResponseState.SUBMITTED
    alike = _alike(
        response.school_code,
        response.wave_id,
        wave.questionnaire_id,
        wave.questionnaire_version,
        wave.cohort,
        wave.cycle,
        response.state,
        response.questions_answered,
        response.questions_total,
        response.completeness if given else None,
        response.mode if given else None,
    )
    # of these each was judged where it came from
    own = {"graduate_id": response.graduate_id, "decided_on": moment.decided_on, "recorded_at": response.recorded_at}
    return alike.model_copy(update=own)


@lru_cache(maxsize=512)
def _alike(
    school_code: SchoolCode,
    wave_id: WaveId,
    questionnaire_id: QuestionnaireId,
    questionnaire_version: int,
    cohort: Cohort,
    cycle: Cycle | None,
    state: ResponseState,
    answered: int,
    total: int,
    completeness: OurCompleteness | None,
    mode: OurMode | None,
) -> ResponseData:
    """What the events of many responses have in common, checked once; whose and when it was, others say."""
    return ResponseData(
        school_code=school_code,
        decided_on=_NO_MOMENT.date(),
        recorded_at=_NO_MOMENT,
        changed_fields=("state",),
        graduate_id=_NOBODY,
        wave_id=wave_id,
        questionnaire_id=questionnaire_id,
        questionnaire_version=questionnaire_version,
        cohort=cohort,
        cycle=cycle,
        state=AnnouncedState(state.value),
        questions_answered=answered,
        questions_total=total,
        completeness=completeness and Completeness(completeness.value),
        mode=mode and Mode(mode.value),
    )


def _of_employer(response: Response, wave: Wave, moment: Moment, stands: ResponseState) -> EmployerResponseData:
    assert response.employer_id, "only these are asked for"
    assert wave.year, "a wave of employers has a year"
    assert wave.unit, "a wave of employers has a unit"
    return EmployerResponseData(
        school_code=response.school_code,
        decided_on=moment.decided_on,
        recorded_at=response.recorded_at,
        changed_fields=("state",),
        employer_id=response.employer_id,
        wave_id=response.wave_id,
        year=wave.year,
        unit=Unit(wave.unit.value),
        questionnaire_id=wave.questionnaire_id,
        questionnaire_version=wave.questionnaire_version,
        state=AnnouncedState(stands.value),
        hires=response.hires or 0,
    )


def _event(response: Response, moment: Moment, kind: str, data: ResponseData | EmployerResponseData) -> OutgoingEvent:
    return OutgoingEvent(
        topic=TOPIC,
        key=str(response.subject_id),
        sequence=moment.sequence,
        type=kind,
        school_code=response.school_code,
        decided_on=moment.decided_on,
        data=data,
    )


def change_token(response: Response) -> ChangeToken | None:
    """The token of the event that shows the newest state; None before the first one."""
    if response.announced_sequence is None:
        return None
    return ChangeToken(TOPIC, response.school_code, str(response.subject_id), response.announced_sequence)
