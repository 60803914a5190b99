"""Populations on the wire."""

from collections.abc import Mapping
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from common.errors import FieldProblem, Invalid, Message
from common.http import StrictModel
from common.identifiers import WaveId
from surveys.populations.domain import MAX_SEED, PanelWave, Population, PopulationKind, Stratum
from surveys.questionnaires.wire.forms import unset

MAX_SAMPLE = 1_000_000

_NEEDED = Message("此种调查对象必须填写", "This kind of population needs it")
_UNNEEDED = Message("此种调查对象不用填写", "This kind of population has none")
_TWICE = Message("每个分层变量只写一次", "Name each stratum once")
_NEEDS: Mapping[PopulationKind, tuple[str, ...]] = {
    PopulationKind.CENSUS: (),
    PopulationKind.SAMPLE: ("size",),
    PopulationKind.PANEL: ("wave_id",),
}
_MAY_HAVE = {PopulationKind.SAMPLE: ("strata", "seed")}


class PopulationForm(StrictModel, from_attributes=True):
    """Who is asked: `census` everybody, `sample` so many of each stratum, `panel` whom an earlier wave asked."""

    kind: PopulationKind
    size: Annotated[int, Field(ge=1, le=MAX_SAMPLE)] | None = unset("Of sample: how many are drawn")
    strata: Annotated[list[Stratum], Field(min_length=1, max_length=len(Stratum))] | None = unset(
        "Of sample: its shares are those of the population"
    )
    seed: Annotated[str, Field(min_length=1, max_length=MAX_SEED)] | None = unset(
        "Of sample: drawn by the server where it is absent"
    )
    wave_id: WaveId | None = unset("Of panel: the wave whose population is asked again")

    @model_validator(mode="before")
    @classmethod
    def _of_value(cls, given: Any) -> Any:
        if not isinstance(given, Population):
            return given
        return {name: value for name, value in vars(given).items() if value not in (None, ())} | {
            **({"strata": list(given.strata)} if given.strata else {})
        }

    def population(self) -> Population:
        """The domain value; raises Invalid for a member that its kind lacks, or has not."""
        needed = _NEEDS[self.kind]
        said = {name for name in ("size", "strata", "seed", "wave_id") if getattr(self, name) is not None}
        unneeded = said - {*needed, *_MAY_HAVE.get(self.kind, ())}
        problems = [FieldProblem(f"/population/{name}", "required", _NEEDED) for name in needed if name not in said]
        problems += [FieldProblem(f"/population/{name}", "not_allowed", _UNNEEDED) for name in sorted(unneeded)]
        strata = self.strata or []
        if len({*strata}) < len(strata):
            problems.append(FieldProblem("/population/strata", "unique", _TWICE))
        if problems:
            raise Invalid(problems)
        return Population(self.kind, self.size, tuple(strata), self.seed, self.wave_id)


class Lost(BaseModel):
    """Members of a panel who did not answer, by the first reason that holds."""

    left_roster: int = Field(description="Not in the population any more")
    opted_out: int
    not_reached: int = Field(description="No link was made for them")
    silent: int = Field(description="Those who have a link and no answer that counts")


class PanelWaveBody(BaseModel):
    """One wave of a panel; `members` is `answered` and all of `lost`."""

    wave_id: UUID
    members: int
    eligible: int
    answered: int
    answered_all: int = Field(description="In this wave and in each before it")
    lost: Lost

    @classmethod
    def of(cls, wave: PanelWave) -> Self:
        """The answer about one wave."""
        return cls.model_validate({**vars(wave), "lost": vars(wave)})
