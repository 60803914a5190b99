"""Bodies of the monitoring calendar."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from destinations.monitoring.domain.cut_offs import Kind


class CutOffAnswer(BaseModel):
    """A cut-off: what was recorded before `at` counts."""

    model_config = ConfigDict(from_attributes=True)

    kind: Kind
    period: str = Field(description="`2023-12`, `2024-W35` (week of ISO 8601) or `2024-07-22`")
    at: datetime = Field(description="Exclusive; 24:00 of a day is the beginning of the next one, in Shanghai")
    provisional: bool = Field(description="Whether the holidays of its year are not known yet")
