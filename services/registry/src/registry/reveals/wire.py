"""What the route of reveals takes and answers."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, TypeAlias
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from common.http import StrictModel
from common.identifiers import GraduateId
from registry.graduates.domain.entry import StoredGraduate
from registry.reveals.domain import MAX_PEOPLE, Asked, Unopened, unopened

Code = Annotated[str, StringConstraints(max_length=64)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Value: TypeAlias = str | bool | date | Decimal | None


class Reveal(StrictModel):
    """Whose clear values are asked for, and what for."""

    purpose: Code | None = Field(None, description="Code of the list `purpose`; the header `X-Purpose` counts over it")
    graduate_ids: Annotated[list[GraduateId], Field(min_length=1, max_length=MAX_PEOPLE)]
    fields: Annotated[list[Code], Field(min_length=1, max_length=100)] = Field(examples=[["name", "phone"]])
    note: Note | None = Field(None, description="Kept as a ciphertext with the reveal; no answer shows it")

    def asked(self, purpose: str) -> Asked:
        """What is asked for, with each field once."""
        return Asked(purpose, self.graduate_ids, list(dict.fromkeys(self.fields)), self.note)


class OpenedGraduate(BaseModel):
    """A graduate's values in clear, by field; null for an empty one."""

    graduate_id: UUID
    values: dict[str, Value]


class UnopenedGraduate(BaseModel):
    """Why nothing of a graduate is shown."""

    graduate_id: UUID
    problem: Unopened


RevealedGraduate: TypeAlias = OpenedGraduate | UnopenedGraduate


def revealed(asked: Asked, people: Mapping[GraduateId, StoredGraduate]) -> list[RevealedGraduate]:
    """One answer for each graduate asked for, in that order."""
    return [_answered(asked, each, people.get(each)) for each in asked.graduate_ids]


def _answered(asked: Asked, graduate_id: GraduateId, stored: StoredGraduate | None) -> RevealedGraduate:
    if stored is None or (problem := unopened(stored)):
        return UnopenedGraduate(graduate_id=graduate_id, problem="not_found" if stored is None else problem)
    return OpenedGraduate(graduate_id=stored.id, values={field: getattr(stored.entry, field) for field in asked.fields})
