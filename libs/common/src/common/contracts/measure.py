"""Internal topic of surveys: what submitted answers give to the measures of indicators, in codes and whole numbers.

`common.measures` says which measures there are and what a value may be; no text of an answer is here.
"""

from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from common.contracts.events import EXAMPLE_FACTS, EXAMPLE_GRADUATE, Event, States, TopicSpec
from common.contracts.fields import ADDITIVE, CohortField, EventData, Slug, Version
from common.contracts.response import Completeness, Mode, Unit

TOPIC = "quxiang.internal.surveys.measure.v1"
RECORDED = "quxiang.measure.recorded"
WITHDRAWN = "quxiang.measure.withdrawn"
WAVE_CLOSED = "quxiang.wave.closed"

Word = Annotated[str, StringConstraints(min_length=1, max_length=100)]
"""A code of a list, a word of ours, or a school's own code of a unit."""

CycleField = Annotated[int, Field(ge=0, le=10, description="Years after graduation: 0, 1, 3 or 5")]


class RespondentKind(StrEnum):
    """Who answers: 毕业生 or 用人单位."""

    GRADUATE = "graduate"
    EMPLOYER = "employer"


class Audience(StrEnum):
    """Whom a wave asks."""

    GRADUATES = "graduates"
    EMPLOYERS = "employers"


class PostLevel(StrEnum):
    """岗位层级: 基层, 中层, 高层."""

    JUNIOR = "junior"
    MIDDLE = "middle"
    SENIOR = "senior"


class MeasuredValue(BaseModel):
    """One measure of one answer. An employer may judge several levels of posts, each by a question of its own."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    measure: Slug
    value: bool | int | float | Word | tuple[Word, ...]
    post_level: Annotated[PostLevel, ADDITIVE] | None = None


class _OfWave(EventData):
    """What events of this topic say of the wave; `cohort` and `cycle` where it asks graduates, `year` employers."""

    wave_id: UUID
    audience: Annotated[Audience, ADDITIVE]
    cohort: CohortField | None = None
    cycle: CycleField | None = None
    year: CohortField | None = None


class MeasureData(_OfWave):
    """The full state of one answer: a value that is missing was not given, was refused, or was not asked.

    None are left once the answer is withdrawn. What was said of it before is emptied where it is kept, too.
    """

    respondent_kind: Annotated[RespondentKind, ADDITIVE]
    graduate_id: UUID | None = None
    employer_id: UUID | None = None
    response_id: UUID
    response_version: Version
    unit: Annotated[Unit, ADDITIVE] | None = None
    questionnaire_id: UUID
    questionnaire_version: Version
    completeness: Annotated[Completeness, ADDITIVE]
    mode: Annotated[Mode, ADDITIVE]
    hires: Annotated[int, Field(ge=0, description="Graduates for whom an employer's answer speaks")] | None = None
    values: tuple[MeasuredValue, ...] = ()

    @model_validator(mode="after")
    def _one_respondent(self) -> Self:
        if (self.graduate_id is None) == (self.employer_id is None):
            raise ValueError("an answer is that of a graduate or of an employer")
        return self

    @property
    def respondent_id(self) -> UUID:
        """The graduate or the employer: the key."""
        found = self.graduate_id or self.employer_id
        assert found is not None, "the model takes no answer without either"
        return found


class WaveClosedData(_OfWave):
    """A wave is closed: the events of all answers that count in it came before, but for what is withdrawn later."""


_EXAMPLE_WAVE = UUID("01902f0e-6f5c-7b61-9e0b-3a55c1a8f002")


def _example(version: int, *values: MeasuredValue) -> MeasureData:
    return MeasureData(
        **EXAMPLE_FACTS,
        wave_id=_EXAMPLE_WAVE,
        audience=Audience.GRADUATES,
        cohort=2024,
        cycle=1,
        respondent_kind=RespondentKind.GRADUATE,
        graduate_id=EXAMPLE_GRADUATE,
        response_id=UUID("01902f0e-6f5c-7b61-9e0b-3a55c1a8f005"),
        response_version=version,
        questionnaire_id=UUID("01902f0e-6f5c-7b61-9e0b-3a55c1a8f003"),
        questionnaire_version=1,
        completeness=Completeness.COMPLETE,
        mode=Mode.API,
        values=values,
        changed_fields=("values",),
    )


EVENTS = (
    Event(
        RECORDED,
        MeasureData,
        "An answer was submitted or changed",
        _example(
            4,
            MeasuredValue(measure="situation", value="employed"),
            MeasuredValue(measure="salary", value=6_500),
            MeasuredValue(measure="left_job_12m", value=False),
            MeasuredValue(measure="ability_gaps", value=("communication", "digital_tools")),
        ),
        key="respondent_id",
    ),
    Event(WITHDRAWN, MeasureData, "An answer no longer counts", _example(5), key="respondent_id"),
    Event(
        WAVE_CLOSED,
        WaveClosedData,
        "A wave is closed",
        WaveClosedData(**EXAMPLE_FACTS, wave_id=_EXAMPLE_WAVE, audience=Audience.GRADUATES, cohort=2024, cycle=1),
        key="wave_id",
    ),
)

STATES = States(gone=(WITHDRAWN,), says={"values": ()}, thing=("response_id",), final=True)

TOPIC_SPEC = TopicSpec(
    TOPIC, "surveys", "respondent_id", "What answers give to measures, and that waves are closed", EVENTS, states=STATES
)
