"""Populations on the wire."""

from collections.abc import Mapping
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from common.codes import CodeLists
from common.codes.rules import rule
from common.errors import FieldProblem, Invalid, Message
from common.http import StrictModel
from common.identifiers import WaveId
from surveys.populations.domain import MAX_SEED, PanelWave, Population, PopulationKind, Stratum
from surveys.questionnaires.wire.forms import unset

MAX_SAMPLE = 1_000_000

IndustryCode = Annotated[str, Field(min_length=1, max_length=16)]

_NEEDED = Message("此种调查对象必须填写", "This kind of population needs it")
_UNNEEDED = Message("此种调查对象不用填写", "This kind of population has none")
_TWICE = Message("每项只写一次", "Name each once")
_NEEDS: Mapping[PopulationKind, tuple[str, ...]] = {
    PopulationKind.CENSUS: (),
    PopulationKind.SAMPLE: ("size",),
    PopulationKind.PANEL: ("wave_id",),
    PopulationKind.HIRES: ("cohorts",),
    PopulationKind.DIRECTORY: (),
}
_MAY_HAVE = {
    PopulationKind.SAMPLE: ("strata", "seed"),
    PopulationKind.HIRES: ("min_hires",),
    PopulationKind.DIRECTORY: ("industry_codes",),
}
_LISTS = ("strata", "cohorts", "industry_codes")
_MEMBERS = ("size", "seed", "wave_id", "min_hires", *_LISTS)


class PopulationForm(StrictModel, from_attributes=True):
    """Who is asked: `census` everybody, `sample` so many of each stratum, `panel` whom an earlier wave asked.

    Of employers: `hires` who hired graduates of these cohorts, `directory` whom the school keeps, of some industries.
    """

    kind: PopulationKind
    size: Annotated[int, Field(ge=1, le=MAX_SAMPLE)] | None = unset("Of sample: how many are drawn")
    strata: Annotated[list[Stratum], Field(max_length=len(Stratum))] | None = unset(
        "Of sample: its shares are those of the population"
    )
    seed: Annotated[str, Field(min_length=1, max_length=MAX_SEED)] | None = unset(
        "Of sample: drawn by the server where it is absent"
    )
    wave_id: WaveId | None = unset("Of panel: the wave whose population is asked again")
    cohorts: Annotated[list[Annotated[int, Field(ge=1977, le=2200)]], Field(min_length=1, max_length=50)] | None = (
        unset("Of hires: whose hires count")
    )
    min_hires: Annotated[int, Field(ge=1, le=MAX_SAMPLE)] | None = unset("Of hires: at least so many, 1 if absent")
    industry_codes: Annotated[list[IndustryCode], Field(min_length=1, max_length=50)] | None = unset(
        "Of directory: of these industries, of all if absent"
    )

    @model_validator(mode="before")
    @classmethod
    def _of_value(cls, given: Any) -> Any:
        if not isinstance(given, Population):
            return given
        said = {name: value for name, value in vars(given).items() if value not in (None, ())}
        return said | {name: list(said[name]) for name in _LISTS if name in said}

    def population(self) -> Population:
        """The domain value; raises Invalid for a member that its kind lacks, or has not."""
        needed = _NEEDS[self.kind]
        said = {name for name in _MEMBERS if getattr(self, name) is not None}
        unneeded = said - {*needed, *_MAY_HAVE.get(self.kind, ())}
        problems = [FieldProblem(f"/population/{name}", "required", _NEEDED) for name in needed if name not in said]
        problems += [FieldProblem(f"/population/{name}", "not_allowed", _UNNEEDED) for name in sorted(unneeded)]
        lists: dict[str, Any] = {name: tuple(getattr(self, name) or ()) for name in _LISTS}
        repeated = [name for name, values in lists.items() if len({*values}) < len(values)]
        problems += [FieldProblem(f"/population/{name}", "unique", _TWICE) for name in repeated]
        listed = CodeLists.load().get("industry")
        problems += [
            FieldProblem(f"/population/industry_codes/{place}", "unknown_code", rule("unknown_code").text)
            for place, code in enumerate(lists["industry_codes"])
            if code not in listed
        ]
        if problems:
            raise Invalid(problems)
        given: dict[str, Any] = {name: getattr(self, name) for name in ("size", "seed", "wave_id", "min_hires")}
        return Population(self.kind, **given, **lists)


class Lost(BaseModel):
    """Members of a panel who did not answer, by the first reason that holds."""

    left_roster: int = Field(description="Not in the population any more")
    opted_out: int = Field(description="Did not want to be contacted when the wave closed, or now")
    not_reached: int = Field(description="No link was made for them, or no message with it has arrived")
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
