"""Waves on the wire."""

from dataclasses import replace
from datetime import UTC, datetime
from secrets import token_hex
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, StrictBool

from common.contracts import ChangeToken
from common.errors import Message
from common.http import StrictModel, rule_broken
from common.identifiers import Cohort, QuestionnaireId, SchoolCode
from common.sampling import SEED_BYTES
from surveys.caps.wire import CapForm, CapForms, caps_of
from surveys.populations.domain import CENSUS, PopulationKind
from surveys.populations.wire import PopulationForm
from surveys.privacy.domain import StatementId
from surveys.waves.domain import MAX_EDIT_HOURS, Anonymity, Cycle, Wave, WavePhase, WavePlan, new_code

Instant = Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), le=datetime(2200, 1, 1, tzinfo=UTC))]


def _known_cycle(years: int) -> int:
    # not a Literal, for which true is 1
    if years not in set(Cycle):
        raise rule_broken("not_allowed", Message("应为 0、1、3 或 5", "Must be 0, 1, 3 or 5"))
    return years


CycleField = Annotated[
    int, AfterValidator(_known_cycle), Field(description="Years after graduation", json_schema_extra={"enum": [*Cycle]})
]


class WaveSettings(StrictModel):
    """What a wave, or each wave of a plan, asks whom, and on what terms."""

    school_code: Annotated[SchoolCode, Field(pattern=r"^[0-9]{5}$")]
    questionnaire_id: QuestionnaireId
    questionnaire_version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    privacy_statement_id: StatementId | None = Field(
        default=None, description="Null: respondents read what the school published last"
    )
    anonymity: Anonymity = Field(
        default=Anonymity.PSEUDONYMOUS, description="Whether anybody may see an answer with the person"
    )
    edit_hours: Annotated[int, Field(ge=0, le=MAX_EDIT_HOURS)] | None = Field(
        default=0, description="For so long what was submitted may be edited; null: until the wave closes"
    )
    population: PopulationForm | None = Field(default=None, description="Null: everybody (`census`)")
    caps: CapForms = Field(default_factory=list)


Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{3,31}$")]
SharedCode = Annotated[
    Code | StrictBool | None,
    Field(description="Of the entry at `/w/CODE`: true has one made, null and false shut the entry"),
]


class NewWave(WaveSettings):
    """A wave to create; its questions are those of a published questionnaire version."""

    cohort: Annotated[Cohort, Field(ge=1977, le=2200)]
    cycle: CycleField
    opens_at: Instant
    closes_at: Instant
    shared_code: SharedCode = None

    def plan(self) -> WavePlan:
        """The domain value, with a seed where one is needed; raises Invalid for what the population's kind has not."""
        asked = CENSUS if self.population is None else self.population.population()
        if asked.kind is PopulationKind.SAMPLE and asked.seed is None:
            asked = replace(asked, seed=token_hex(SEED_BYTES))
        code = new_code() if self.shared_code is True else self.shared_code or None
        told = {"cycle": Cycle(self.cycle), "population": asked, "caps": caps_of(self.caps), "shared_code": code}
        return WavePlan(**{**dict(self), **told})


class WavePatch(StrictModel):
    """A merge patch: absent keeps; all before the wave opens, a later `closes_at` and higher caps while it is open."""

    cycle: CycleField = Cycle.ONE_YEAR
    questionnaire_id: QuestionnaireId = QuestionnaireId(UUID(int=0))
    questionnaire_version: Annotated[int, Field(ge=1, le=2**31 - 1)] = 1
    opens_at: Instant = datetime(2000, 1, 1, tzinfo=UTC)
    closes_at: Instant = datetime(2000, 1, 1, tzinfo=UTC)
    privacy_statement_id: StatementId | None = None
    anonymity: Anonymity = Anonymity.PSEUDONYMOUS
    edit_hours: Annotated[int, Field(ge=0, le=MAX_EDIT_HOURS)] | None = None
    caps: CapForms = Field(default_factory=list)
    shared_code: SharedCode = None

    def changes(self) -> dict[str, Any]:
        """What is said, by name."""
        said = {name: getattr(self, name) for name in self.model_fields_set}
        told = {
            "cycle": Cycle(self.cycle),
            "caps": caps_of(self.caps),
            "shared_code": None if self.shared_code is False else self.shared_code,
        }
        return said | {name: value for name, value in told.items() if name in said}


class WaveBody(BaseModel, from_attributes=True):
    """A wave; `eligible` was counted when it was created."""

    id: UUID
    version: int
    school_code: str
    cohort: int
    cycle: int
    questionnaire_id: UUID
    questionnaire_version: int
    opens_at: datetime
    closes_at: datetime
    privacy_statement_id: UUID | None
    anonymity: Anonymity
    edit_hours: int | None
    population: PopulationForm
    caps: list[CapForm]
    shared_code: str | None
    phase: WavePhase
    eligible: int
    created_at: datetime
    plan_id: UUID | None = Field(description="The plan of waves that made it")
    closed_at: datetime | None
    frozen_at: datetime | None
    dataset_hash: str | None = Field(description="SHA-256 over the sorted digests of the answers; null until frozen")
    withdrawn_after_freeze: int


class NewWaveBody(WaveBody):
    """A wave that was just created."""

    change_token: str | None
    min_change_met: bool

    @classmethod
    def of(cls, wave: Wave, token: ChangeToken | None, min_change_met: bool) -> Self:
        """The wave with the token of its last event."""
        beside = {"change_token": token and token.encode(), "min_change_met": min_change_met}
        return cls.model_validate(vars(wave) | beside)
