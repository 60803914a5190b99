"""A wave as one of those that a variable was asked in."""

from dataclasses import dataclass

from common.identifiers import Cohort, QuestionnaireId, WaveId


@dataclass(frozen=True)
class AskedWave:
    """A wave and what it asks."""

    id: WaveId
    cohort: Cohort | None
    cycle: int | None
    questionnaire_id: QuestionnaireId
    questionnaire_version: int
