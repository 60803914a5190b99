"""Variables on the wire."""

from collections.abc import Sequence
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from surveys.questionnaires.domain.changes import Following
from surveys.questionnaires.domain.content import VariableFate
from surveys.variables.domain import AskedWave


class VariableInWave(BaseModel):
    """A wave that asks for the variable, against the wave before that did."""

    wave_id: UUID
    cohort: int | None
    cycle: int | None
    questionnaire_id: UUID
    questionnaire_version: int
    change: VariableFate
    comparable: bool


class VariableBody(BaseModel):
    """A variable over all waves: its greatest change, and whether all its answers can be compared."""

    variable: str
    change: VariableFate
    comparable: bool
    waves: list[VariableInWave]

    @classmethod
    def of(cls, found: Following, waves: Sequence[AskedWave]) -> Self:
        """The variable with its waves."""
        return cls(
            variable=found.variable,
            change=found.change,
            comparable=found.comparable,
            waves=[
                VariableInWave(
                    wave_id=waves[place].id,
                    cohort=waves[place].cohort,
                    cycle=waves[place].cycle,
                    questionnaire_id=waves[place].questionnaire_id,
                    questionnaire_version=waves[place].questionnaire_version,
                    change=step.change,
                    comparable=step.comparable,
                )
                for place, step in found.steps
            ],
        )
