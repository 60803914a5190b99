"""The internal events of measures: what an answer gives, that it gives nothing any more, that a wave is closed."""

from collections.abc import Sequence
from datetime import datetime

from common.contracts import OutgoingEvent
from common.contracts import measure as contract
from common.contracts import response as response_contract
from surveys.measures.domain import Given
from surveys.responses.domain import Completeness, Mode, Moment, Response
from surveys.waves.domain import Unit, Wave


def recorded(response: Response, wave: Wave, moment: Moment, given: Sequence[Given]) -> OutgoingEvent:
    """The event of an answer that was just submitted, with all that it gives."""
    return _event(contract.RECORDED, _data(response, wave, moment, response.version, response.recorded_at, given))


def withdrawn(response: Response, wave: Wave, moment: Moment, *, version: int, recorded_at: datetime) -> OutgoingEvent:
    """The event of an answer that gives nothing any more, from this version on."""
    return _event(contract.WITHDRAWN, _data(response, wave, moment, version, recorded_at))


def closed(wave: Wave, moment: Moment, recorded_at: datetime) -> OutgoingEvent:
    """The event of a wave after its last answer."""
    data = contract.WaveClosedData(
        school_code=wave.school_code,
        decided_on=moment.decided_on,
        recorded_at=recorded_at,
        wave_id=wave.id,
        audience=contract.Audience(wave.audience.value),
        cohort=wave.cohort,
        cycle=wave.cycle,
        year=wave.year,
    )
    return OutgoingEvent(
        topic=contract.TOPIC,
        key=str(wave.id),
        sequence=moment.sequence,
        type=contract.WAVE_CLOSED,
        school_code=wave.school_code,
        decided_on=moment.decided_on,
        data=data,
    )


def said(given: Sequence[Given]) -> tuple[contract.MeasuredValue, ...]:
    """What answers give, as events say it."""
    return tuple(
        contract.MeasuredValue(
            measure=each.measure,
            value=each.value,
            post_level=each.post_level and contract.PostLevel(each.post_level.value),
        )
        for each in given
    )


def _data(
    response: Response,
    wave: Wave,
    moment: Moment,
    version: int,
    recorded_at: datetime,
    given: Sequence[Given] = (),
) -> tuple[Moment, contract.MeasureData]:
    # a response of the release before says only how many questions are answered; those that must be are
    whole = response.questions_answered == response.questions_total
    completeness = response.completeness or (Completeness.COMPLETE if whole else Completeness.CORE)
    return moment, contract.MeasureData(
        school_code=response.school_code,
        decided_on=moment.decided_on,
        recorded_at=recorded_at,
        changed_fields=("values",),
        respondent_kind=(
            contract.RespondentKind.GRADUATE if response.employer_id is None else contract.RespondentKind.EMPLOYER
        ),
        graduate_id=response.graduate_id,
        employer_id=response.employer_id,
        response_id=response.id,
        response_version=version,
        wave_id=wave.id,
        audience=contract.Audience(wave.audience.value),
        unit=wave.unit and response_contract.Unit(wave.unit.value),
        cohort=wave.cohort,
        cycle=wave.cycle,
        year=wave.year,
        hires=1 if wave.unit is Unit.HIRE else response.hires,
        questionnaire_id=wave.questionnaire_id,
        questionnaire_version=wave.questionnaire_version,
        completeness=response_contract.Completeness(completeness.value),
        mode=response_contract.Mode((response.mode or Mode.API).value),
        values=said(given),
    )


def _event(kind: str, said: tuple[Moment, contract.MeasureData]) -> OutgoingEvent:
    moment, data = said
    return OutgoingEvent(
        topic=contract.TOPIC,
        key=str(data.respondent_id),
        sequence=moment.sequence,
        type=kind,
        school_code=data.school_code,
        decided_on=moment.decided_on,
        data=data,
    )
