"""Response analysis on the wire."""

from collections.abc import Sequence
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from surveys.results.domain.analysis import Outcome, Responded
from surveys.results.domain.dimensions import named
from surveys.waves.domain import Wave, WavePhase

Group = dict[str, str | None]


class RespondedBody(BaseModel):
    """One group. The classes from `submitted` to `withdrawn` add up to `eligible`."""

    group: Group
    eligible: int
    submitted: int
    core_open: int = Field(description="Each visible core question is answered, nothing is submitted")
    partial: int
    opened: int
    reached: int = Field(description="A link was made or sent, and not opened")
    not_reached: int = Field(description="Sent, and nothing has arrived")
    not_contacted: int
    opted_out: int
    refused: int = Field(description="On the telephone")
    screened_out: int
    withdrawn: int
    response_rate: str | None = Field(description="`submitted` of `eligible` in per cent", examples=["68.00"])
    population_share: str | None = Field(description="Of all who are eligible, in per cent")
    answer_share: str | None = Field(description="Of all who have submitted, in per cent")


class AnalysisBody(BaseModel):
    """What became of everybody whom the wave asks, now."""

    wave_id: UUID
    phase: WavePhase
    observations: list[RespondedBody]

    @classmethod
    def of(cls, wave: Wave, by: Sequence[str], found: Sequence[Responded]) -> Self:
        """The groups of a wave."""
        return cls(
            wave_id=wave.id,
            phase=wave.phase,
            observations=[
                RespondedBody(
                    group=dict(named(by, each.group)),
                    eligible=each.eligible,
                    **{outcome.value: each.counts[outcome] for outcome in Outcome},
                    response_rate=each.response_rate,
                    population_share=each.population_share,
                    answer_share=each.answer_share,
                )
                for each in found
            ],
        )
