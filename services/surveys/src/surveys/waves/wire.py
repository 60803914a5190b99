"""Waves on the wire."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from secrets import token_hex
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, StrictBool

from common.contracts import ChangeToken
from common.errors import FieldProblem, Invalid, Message
from common.http import KEPT, PatchModel, StrictModel, rule_broken
from common.http.bodies import JSON, parsed
from common.identifiers import Cohort, QuestionnaireId, SchoolCode
from common.sampling import SEED_BYTES
from surveys.caps.wire import CapForm, CapForms, caps_of
from surveys.ladders.wire import Budget, LadderForm, StepForm, ladder_of
from surveys.populations.domain import ALL_EMPLOYERS, CENSUS, OF_EMPLOYERS, PopulationKind
from surveys.populations.wire import PopulationForm
from surveys.privacy.domain import StatementId
from surveys.waves.domain import (
    MAX_EDIT_HOURS,
    Anonymity,
    Audience,
    Cycle,
    SendingState,
    Unit,
    Wave,
    WavePhase,
    WavePlan,
    new_code,
)

Instant = Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), le=datetime(2200, 1, 1, tzinfo=UTC))]


_NOT_OF_AUDIENCE = Message("该类调查对象不用填写此项", "Waves of this audience do not have this")
_OF_GRADUATES = Message("面向毕业生的调查必须填写", "A wave of graduates needs it")


def _known_cycle(years: int) -> int:
    # not a Literal, for which true is 1
    if years not in set(Cycle):
        raise rule_broken("not_allowed", Message("应为 0、1、3 或 5", "Must be 0, 1, 3 or 5"))
    return years


CycleField = Annotated[
    int, AfterValidator(_known_cycle), Field(description="Years after graduation", json_schema_extra={"enum": [*Cycle]})
]


CohortField = Annotated[Cohort, Field(ge=1977, le=2200)]
VersionField = Annotated[int, Field(ge=1, le=2**31 - 1)]
EditHours = Annotated[int, Field(ge=0, le=MAX_EDIT_HOURS)]


class WaveSettings(StrictModel):
    """What a wave, or each wave of a plan, asks whom, and on what terms."""

    school_code: Annotated[SchoolCode, Field(pattern=r"^[0-9]{5}$")]
    audience: Audience = Audience.GRADUATES
    unit: Unit | None = Field(default=None, description="Of employers: what a link takes; null: one answer")
    questionnaire_id: QuestionnaireId
    questionnaire_version: VersionField
    privacy_statement_id: StatementId | None = Field(
        default=None, description="Null: respondents read what the school published last"
    )
    anonymity: Anonymity = Field(
        default=Anonymity.PSEUDONYMOUS, description="Whether anybody may see an answer with the person"
    )
    edit_hours: EditHours | None = Field(
        default=0, description="For so long what was submitted may be edited; null: until the wave closes"
    )
    population: PopulationForm | None = Field(
        default=None, description="Null: everybody (`census`), of employers all of the `directory`"
    )
    caps: CapForms = Field(default_factory=list)
    ladder: LadderForm = Field(default=[], description="When and how those are contacted who are asked")
    budget_fen: Budget | None = Field(default=None, description="What messages may cost together; null: no limit")
    stop_when_known: bool = Field(default=False, description="Of cycle 0: a known destination ends contact")


Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{3,31}$")]
SharedCode = Annotated[
    Code | StrictBool | None,
    Field(description="Of the entry at `/w/CODE`: true has one made, null and false shut the entry"),
]


class NewWave(WaveSettings):
    """A wave to create; its questions are those of a published questionnaire version."""

    cohort: CohortField | None = Field(default=None, description="Null: of employers")
    cycle: CycleField | None = Field(default=None, description="Null: of employers, and of career updates")
    opens_at: Instant
    closes_at: Instant
    shared_code: SharedCode = None

    def plan(self) -> WavePlan:
        """The domain value, with a seed where one is needed.

        Raises Invalid for what the audience or the population's kind lacks, or has not.
        """
        if problems := [*self._unfit()]:
            raise Invalid(problems)
        of_employers = self.audience is Audience.EMPLOYERS
        everybody = ALL_EMPLOYERS if of_employers else CENSUS
        asked = everybody if self.population is None else self.population.population()
        if asked.kind is PopulationKind.SAMPLE and asked.seed is None:
            asked = replace(asked, seed=token_hex(SEED_BYTES))
        unit = (self.unit or Unit.EMPLOYER) if of_employers else None
        cycle = None if self.cycle is None else Cycle(self.cycle)
        code = new_code() if self.shared_code is True else self.shared_code or None
        told = {"unit": unit, "cycle": cycle, "population": asked, "caps": caps_of(self.caps), "shared_code": code}
        return WavePlan(**{**dict(self), **told, "ladder": ladder_of(self.ladder)})

    def _unfit(self) -> Iterator[FieldProblem]:
        of_employers = self.audience is Audience.EMPLOYERS
        # who comes by a shared code is a graduate
        unneeded = ("cohort", "cycle", "shared_code") if of_employers else ("unit",)
        for name in unneeded:
            if getattr(self, name) not in (None, False):
                yield FieldProblem(f"/{name}", "not_allowed", _NOT_OF_AUDIENCE)
        if not of_employers:
            if self.cohort is None:
                yield FieldProblem("/cohort", "required", _OF_GRADUATES)
            # a career update says so
            if "cycle" not in self.model_fields_set:
                yield FieldProblem("/cycle", "required", _OF_GRADUATES)
        if self.population is not None and (self.population.kind in OF_EMPLOYERS) is not of_employers:
            yield FieldProblem("/population/kind", "not_allowed", _NOT_OF_AUDIENCE)


class SendingBody(BaseModel, from_attributes=True):
    """A step of an unlinkable wave; `interrupted`: the rest stays unsent, since its codes ended with its process."""

    step: int
    state: SendingState
    begun_on: date


class WaveBody(BaseModel, from_attributes=True):
    """A wave; `eligible` was counted when it was created."""

    id: UUID
    version: int
    school_code: str
    audience: Audience
    unit: Unit | None
    cohort: int | None
    cycle: int | None
    year: int | None = Field(description="Of employers: that of the opening, in Shanghai")
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
    ladder: list[StepForm]
    budget_fen: int | None
    spent_fen: int = Field(description="What messages have cost so far")
    stop_when_known: bool
    sendings: list[SendingBody] = Field(description="Of unlinkable waves: what became of the steps of the ladder")
    phase: WavePhase
    eligible: int
    created_at: datetime
    plan_id: UUID | None = Field(description="The plan of waves that made it")
    closed_at: datetime | None
    frozen_at: datetime | None
    dataset_hash: str | None = Field(description="SHA-256 over the sorted digests of the answers; null until frozen")
    withdrawn_after_freeze: int


class SettingsPatch(PatchModel):
    """What a patch may say of a wave, or of each wave of a plan."""

    audience: Audience = KEPT
    unit: Unit | None = KEPT
    cycle: CycleField | None = KEPT
    questionnaire_id: QuestionnaireId = KEPT
    questionnaire_version: VersionField = KEPT
    privacy_statement_id: StatementId | None = KEPT
    anonymity: Anonymity = KEPT
    edit_hours: EditHours | None = KEPT
    population: PopulationForm | None = Field(default=KEPT, description="Null: everybody")
    caps: CapForms = KEPT
    ladder: LadderForm = KEPT
    budget_fen: Budget | None = KEPT
    stop_when_known: bool = KEPT


class WavePatch(SettingsPatch):
    """A merge patch: absent keeps; all before the wave opens, a later `closes_at` and higher caps while it is open.

    Of the ladder those steps may be others then that are not due yet. Another audience, cohort or population asks who
    is there now.
    """

    cohort: CohortField | None = KEPT
    opens_at: Instant = KEPT
    closes_at: Instant = KEPT
    shared_code: SharedCode = KEPT

    def patched(self, wave: Wave) -> WavePlan:
        """What the wave is to be; raises Invalid for what no wave can be."""
        said = self.model_dump(mode="json", exclude_unset=True)
        if said.get("shared_code") is True and wave.shared_code is not None:
            del said["shared_code"]
        stands = WaveBody.model_validate(wave).model_dump(mode="json", include=set(NewWave.model_fields))
        plan = parsed(NewWave, JSON, json.dumps(stands | said).encode()).plan()
        return replace(plan, plan_id=wave.plan_id, plan_year=wave.plan_year)


class WrittenWaveBody(WaveBody):
    """A wave that was just written."""

    change_token: str | None

    @classmethod
    def of(cls, wave: Wave, token: ChangeToken | None = None, **beside: bool) -> Self:
        """The wave with the token of the last event about it that was published."""
        beside_wave = {"year": wave.year, "change_token": token and token.encode(), **beside}
        return cls.model_validate(vars(wave) | beside_wave)


class NewWaveBody(WrittenWaveBody):
    """A wave that was just created."""

    min_change_met: bool
