"""Files that arrive as multipart forms: counted while they stream in, kept in memory, never on disk.

A route takes `upload: Upload[ImportForm]` after its caller, whose role is then refused before the file is read.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any, Generic, Literal, TypeVar

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from common.errors import FieldProblem, Invalid, Malformed, Message, QuxiangError
from common.http.models import Whole, rule_broken
from common.http.refusals import ContentTooLarge, TooManyUploads, UnsupportedMediaType
from common.http.routes_of import DeclaredRoute
from common.http.routing import flattened
from common.http.validation import field_problems, pointer
from common.spreadsheets.kinds import kind_of

MULTIPART = "multipart/form-data"
MAX_FILE = 20 * 1024 * 1024
MAX_UPLOAD_BODY = MAX_FILE + 64 * 1024
MAX_FIELD = 4096
MAX_FIELDS = 20
AT_ONCE = 4
"""Files that stream in side by side: each may take 20 MB of the memory that all requests share."""

_streaming = asyncio.Semaphore(AT_ONCE)

_SCHOOL_CODE = r"^[0-9]{5}$"

Form = TypeVar("Form", bound=BaseModel)
Sees = Callable[[str], Awaitable[None]]
May = Callable[[], None]


class ImportForm(BaseModel):
    """The form of an import; a service adds its own fields in a subclass. All values arrive as text."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True)

    school_code: str = Field(pattern=_SCHOOL_CODE)
    cohort: Whole = Field(ge=1977, le=2200, description="Year of graduation")
    dry_run: bool = False
    on_error: Literal["reject", "skip"] = "reject"

    @field_validator("dry_run", mode="before")
    @classmethod
    def _true_or_false(cls, value: object) -> object:
        if value in ("true", "false", True, False):
            return value in ("true", True)
        raise rule_broken("not_allowed", Message("应为 true 或 false", "Must be true or false"))


@dataclass(frozen=True)
class Received(Generic[Form]):
    """A form with its one file. `kind` is what the first bytes and the ending of the name agree on."""

    form: Form
    kind: str
    content: bytes


class ExpectedUpload(Generic[Form]):
    """A form that is still on its way."""

    def __init__(self, form: type[Form], request: Request) -> None:
        self._form = form
        self._request = request

    async def receive(self, sees: Sees, may: May) -> Received[Form]:
        """Reads and checks the form; raises UnsupportedMediaType, Malformed, ContentTooLarge or Invalid.

        Before anything is judged `sees` is asked for the school, which raises NotFound for one out of sight, and then
        `may`, which raises Forbidden for a role that sends no such files.
        """
        try:
            parts = await _parsed(self._request)
        except QuxiangError:
            may()
            raise
        try:
            await _seen(parts, sees)
            may()
            file, fields = _split(parts)
            content = await file.read()
        finally:
            await parts.close()
        if len(content) > MAX_FILE:
            raise ContentTooLarge(MAX_FILE)
        form = _validated(self._form, fields)
        kind = kind_of(file.filename or "", content)
        self._request.state.payload = _payload(fields, content)
        return Received(form, kind, content)


class UploadReader:
    """What stands behind `Upload[Form]`; `form` is what OpenAPI shows."""

    def __init__(self, form: type[BaseModel]) -> None:
        self.form = form

    async def __call__(self, request: Request) -> Any:
        """Reads and checks the form; raises UnsupportedMediaType, Malformed, ContentTooLarge or Invalid."""
        name, content, fields = await _received(request)
        form = _validated(self.form, fields)
        return Received(form, kind_of(name, content), content)


class LazyUploadReader(UploadReader):
    """What stands behind `LazyUpload[Form]`."""

    async def __call__(self, request: Request) -> ExpectedUpload[Any]:
        """Reads nothing yet."""
        return ExpectedUpload(self.form, request)


@cache
def _reader(form: type[BaseModel]) -> UploadReader:
    return UploadReader(form)


@cache
def _lazy_reader(form: type[BaseModel]) -> UploadReader:
    return LazyUploadReader(form)


async def payload_of(request: Request) -> bytes:
    """What an idempotency key stands for: the fields and the file's SHA-256."""
    _, content, fields = await _received(request)
    return _payload(fields, content)


def takes_file(route: APIRoute) -> bool:
    """True if the route takes a file."""
    return any(isinstance(each.call, UploadReader) for each in flattened(route.dependant))


async def _received(request: Request) -> tuple[str, bytes, dict[str, str]]:
    """Name and content of the file, and the other fields; read once, whoever asks first."""
    known: tuple[str, bytes, dict[str, str]] | None = getattr(request.state, "upload", None)
    if known is None:
        if _streaming.locked():
            raise TooManyUploads
        async with _streaming:
            parts = await _parsed(request)
        try:
            file, fields = _split(parts)
            known = (file.filename or "", await file.read(), fields)
        finally:
            await parts.close()
        if len(known[1]) > MAX_FILE:
            raise ContentTooLarge(MAX_FILE)
        request.state.upload = known
    return known


if TYPE_CHECKING:
    LazyUpload = ExpectedUpload
    Upload = Received
else:

    class Upload:
        """`upload: Upload[ImportForm]` in a route's signature."""

        def __class_getitem__(cls, form: type[BaseModel]) -> Any:
            return Annotated[Received, Depends(_reader(form))]

    class LazyUpload:
        """`upload: LazyUpload[ImportForm]` in a route's signature."""

        def __class_getitem__(cls, form: type[BaseModel]) -> Any:
            return Annotated[ExpectedUpload, Depends(_lazy_reader(form))]


def upload_of(route: DeclaredRoute) -> UploadReader | None:
    """The reader of a route's upload, if it takes one."""
    return next((call for call in route.dependencies if isinstance(call, UploadReader)), None)


def is_upload(route: DeclaredRoute) -> bool:
    """True if the route takes a file."""
    return upload_of(route) is not None


class _InMemoryParser(MultiPartParser):
    # services write to no disk; the size is limited before it gets here
    spool_max_size = MAX_UPLOAD_BODY + 1
    ended = False

    def on_end(self) -> None:
        """Called at the closing boundary; a body that was cut off never gets there, and lacks its last field."""
        self.ended = True


async def _parsed(request: Request) -> FormData:
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != MULTIPART:
        raise UnsupportedMediaType(MULTIPART)
    parser = _InMemoryParser(
        request.headers, request.stream(), max_files=2, max_fields=MAX_FIELDS, max_part_size=MAX_FIELD
    )
    try:
        parts = await parser.parse()
    except (MultiPartException, ValueError, KeyError):
        raise _malformed() from None
    if not parser.ended:
        await parts.close()
        raise _malformed()
    return parts


def _malformed() -> Malformed:
    text = Message("请求体不是有效的 multipart 表单", "The body is not a valid multipart form")
    return Malformed(text, "malformed_form")


async def _seen(parts: FormData, sees: Sees) -> None:
    """Asks for every school that the form names; what is no code is judged with the other fields."""
    for named in parts.getlist("school_code"):
        if isinstance(named, str) and re.fullmatch(_SCHOOL_CODE, named):
            await sees(named)


def _split(parts: FormData) -> tuple[UploadFile, dict[str, str]]:
    file = parts.get("file")
    if not isinstance(file, UploadFile):
        raise Invalid([FieldProblem("/file", "required", Message("缺少文件", "A file is required"))])
    names = [name for name, _ in parts.multi_items()]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        text = Message("只能出现一次", "May be given only once")
        raise Invalid([FieldProblem(pointer([name]), "repeated_field", text) for name in repeated])
    files = [name for name, value in parts.items() if name != "file" and not isinstance(value, str)]
    if files:
        text = Message("应为文本，不是文件", "Must be a text, not a file")
        raise Invalid([FieldProblem(pointer([name]), "wrong_type", text) for name in files])
    return file, {name: value for name, value in parts.items() if isinstance(value, str)}


def _validated(form: type[Form], fields: dict[str, str]) -> Form:
    try:
        return form.model_validate({name: value for name, value in fields.items() if value != ""})
    except ValidationError as error:
        raise Invalid(field_problems(error.errors(include_url=False, include_input=False))) from None


def _payload(fields: dict[str, str], content: bytes) -> bytes:
    return json.dumps([sorted(fields.items()), sha256(content).hexdigest()]).encode()
