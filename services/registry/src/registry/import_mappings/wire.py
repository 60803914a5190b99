"""What the routes of saved mappings take and answer."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from common.http import StrictModel
from registry.import_mappings.domain import MAX_COLUMNS, MAX_HEADER

Header = Annotated[str, StringConstraints(min_length=1, max_length=MAX_HEADER)]
FieldName = Annotated[str, StringConstraints(max_length=64)]


class ImportMappingBody(StrictModel):
    """What the headers of a file mean."""

    columns: Annotated[dict[Header, FieldName | None], Field(min_length=1, max_length=MAX_COLUMNS)] = Field(
        description="Header text → field; null for a column that is not to be read",
        examples=[{"学生编号": "student_number", "学生": "name", "备注": None}],
    )


class ImportMappingAnswer(BaseModel):
    """A saved mapping."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    columns: dict[str, str | None]
    recorded_at: datetime
