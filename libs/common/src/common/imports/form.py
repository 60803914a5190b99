"""The form with which a spreadsheet arrives."""

from typing import Annotated, ClassVar, Literal

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, Field, field_validator

from common.auth import Caller, Principal, Role
from common.errors import Message, NotFound
from common.http.models import Whole, rule_broken


class ImportForm(BaseModel):
    """The form of an import; a service adds its own fields in a subclass. All values arrive as text."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True)

    about_file: ClassVar[str] = "A spreadsheet: .xlsx, .xls or .csv, at most 20 MB"

    school_code: str = Field(pattern=r"^[0-9]{5}$")
    cohort: Whole = Field(ge=1977, le=2200, description="Year of graduation")
    dry_run: bool = False
    on_error: Literal["reject", "skip"] = "reject"

    @field_validator("dry_run", mode="before")
    @classmethod
    def _true_or_false(cls, value: object) -> object:
        if value in ("true", "false", True, False):
            return value in ("true", True)
        raise rule_broken("not_allowed", Message("应为 true 或 false", "Must be true or false"))


_WITHOUT_SCHOOL = frozenset({Role.GRADUATE, Role.EMPLOYER, Role.INTERVIEWER})


async def _staff(caller: Caller) -> Principal:
    """Raises NotFound for a role that has no school as a whole, before the file is read: whatever the form names."""
    if caller.role in _WITHOUT_SCHOOL:
        raise NotFound
    return caller


ImportCaller = Annotated[Principal, Depends(_staff)]
"""`caller: ImportCaller` of a route that imports, before its `upload`; which roles may import is asked afterwards."""
