"""The events of a response: that it was answered and how completely, never what."""

from common.contracts import ChangeToken, OutgoingEvent
from common.contracts.response import SUBMITTED, TOPIC, WITHDRAWN, Completeness, Mode, ResponseData
from common.contracts.response import ResponseState as AnnouncedState
from surveys.responses.domain import Moment, Response, ResponseState
from surveys.waves.domain import Wave

_TYPES = {ResponseState.SUBMITTED: SUBMITTED, ResponseState.WITHDRAWN: WITHDRAWN}


def announcement(response: Response, wave: Wave, moment: Moment) -> OutgoingEvent:
    """The event of a response that was just submitted or withdrawn."""
    given = response.state is ResponseState.SUBMITTED
    data = ResponseData(
        school_code=response.school_code,
        decided_on=moment.decided_on,
        recorded_at=response.recorded_at,
        changed_fields=("state",),
        graduate_id=response.graduate_id,
        wave_id=response.wave_id,
        questionnaire_id=wave.questionnaire_id,
        questionnaire_version=wave.questionnaire_version,
        cohort=wave.cohort,
        cycle=wave.cycle.value,
        state=AnnouncedState(response.state.value),
        questions_answered=response.questions_answered,
        questions_total=response.questions_total,
        completeness=Completeness(response.completeness.value) if given and response.completeness else None,
        mode=Mode(response.mode.value) if given and response.mode else None,
    )
    return OutgoingEvent(
        topic=TOPIC,
        key=str(response.graduate_id),
        sequence=moment.sequence,
        type=_TYPES[response.state],
        school_code=response.school_code,
        decided_on=moment.decided_on,
        data=data,
    )


def change_token(response: Response) -> ChangeToken | None:
    """The token of the event that shows the newest state; None before the first one."""
    if response.announced_sequence is None:
        return None
    return ChangeToken(TOPIC, response.school_code, str(response.graduate_id), response.announced_sequence)
