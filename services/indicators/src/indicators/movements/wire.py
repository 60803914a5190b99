"""Movements as callers see them."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from indicators.reading.answers import Defined

COLUMNS = ("graduate_id", "from_class", "to_class", "from_code", "to_code")


class MovementBody(BaseModel):
    """A graduate whose class or code changed."""

    model_config = ConfigDict(from_attributes=True)

    graduate_id: UUID
    from_class: str
    to_class: str
    from_code: str | None
    to_code: str | None

    @property
    def cells(self) -> list[str | None]:
        """What stands in a row, by the names of COLUMNS."""
        return [str(self.graduate_id), self.from_class, self.to_class, self.from_code, self.to_code]


class Movements(Defined):
    """Whose class or code differs between two days."""

    first: date = Field(serialization_alias="from")
    last: date = Field(serialization_alias="to")
    items: list[MovementBody]
    next_cursor: str | None
