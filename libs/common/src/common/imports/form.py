"""The form with which a spreadsheet arrives, and the act that takes it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from fastapi import Depends, Request, Response
from pydantic import ConfigDict, Field, field_validator

from common.auth import Caller, Principal, Role
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.errors import Message, NotFound
from common.files import Files
from common.http import Cipher, Db, FileForm, IdempotencyKey, Received, Whole, rule_broken
from common.identifiers import OperationId
from common.once import Once
from common.operations.routes import accept
from common.spreadsheets import SPREADSHEETS


class SchoolFileForm(FileForm):
    """The form of a spreadsheet of a school. All values arrive as text."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True)

    files: ClassVar[Files] = SPREADSHEETS

    school_code: str = Field(pattern=r"^[0-9]{5}$")


class SchoolImportForm(SchoolFileForm):
    """The form of an import; a service adds its own fields in a subclass."""

    dry_run: bool = False
    on_error: Literal["reject", "skip"] = "reject"

    @field_validator("dry_run", mode="before")
    @classmethod
    def _true_or_false(cls, value: object) -> object:
        if value in ("true", "false", True, False):
            return value in ("true", True)
        raise rule_broken("not_allowed", Message("应为 true 或 false", "Must be true or false"))


class ImportForm(SchoolImportForm):
    """The form of an import about one cohort of a school."""

    cohort: Whole = Field(ge=1977, le=2200, description="Year of graduation")


FormT = TypeVar("FormT", bound=SchoolFileForm)

_WITHOUT_SCHOOL = frozenset({Role.GRADUATE, Role.EMPLOYER, Role.INTERVIEWER})


@dataclass(frozen=True)
class Sending:
    """Who sends a file, and where it goes."""

    request: Request
    database: Database
    cipher: FieldCipher
    caller: Principal
    once: Once | None

    async def accept(
        self,
        kind: str,
        upload: Received[FormT],
        beside: Callable[[UnitOfWork, OperationId], Awaitable[None]] | None = None,
        terms: Callable[[UnitOfWork], Awaitable[Mapping[str, Any]]] | None = None,
        **further: object,
    ) -> Response:
        """Stores the file as an operation of this kind and answers 202; the caller must be known to be allowed.

        `further` are parameters of the operation that no form gives, `terms` gives those that hold in the act which
        stores it, or refuses it; `beside` stores what is to outlive it.
        """
        return await accept(
            self.request,
            self.database,
            self.caller,
            self.once,
            kind=kind,
            parameters={**upload.form.model_dump(mode="json"), **further, "kind": upload.kind},
            school_code=upload.form.school_code,
            upload=upload.content,
            cipher=self.cipher,
            terms=terms,
            beside=beside,
        )


async def _staff(caller: Caller) -> Principal:
    """Raises NotFound for a role that has no school as a whole, before the file is read: whatever the form names."""
    if caller.role in _WITHOUT_SCHOOL:
        raise NotFound
    return caller


async def _sending(
    request: Request,
    database: Db,
    cipher: Cipher,
    caller: Annotated[Principal, Depends(_staff)],
    once: IdempotencyKey,
) -> Sending:
    return Sending(request, database, cipher, caller, once)


ImportRequest = Annotated[Sending, Depends(_sending)]
"""`sending: ImportRequest` of a route that imports, before its `upload`; which roles may import is asked afterwards."""
