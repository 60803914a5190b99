"""Files that arrive as multipart forms: counted while they stream in, kept in memory, never on disk.

A route takes `upload: Upload[ImportForm]` after its caller: a dependency can then refuse before the file is read.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from common.errors import FieldProblem, Invalid, Message
from common.http.refusals import ContentTooLarge, MalformedForm, TooManyUploads, UnsupportedMediaType, UploadTooSlow
from common.http.routing import Route
from common.http.validation import field_problems, pointer
from common.spreadsheets.kinds import kind_of

MULTIPART = "multipart/form-data"
MAX_FILE = 20 * 1024 * 1024
MAX_UPLOAD_BODY = MAX_FILE + 64 * 1024
MAX_FIELD = 4096
MAX_FIELDS = 20
AT_ONCE = 4
"""Files that are received and stored side by side: each takes memory that all requests share until it is answered."""

OF_ONE_CALLER = 2
"""Of these, so that no caller whose files come slowly keeps all others out."""

Form = TypeVar("Form", bound=BaseModel)


@dataclass(frozen=True)
class Received(Generic[Form]):
    """A form with its one file. `kind` is what its content says; its name says nothing that counts."""

    form: Form
    kind: str
    content: bytes


class Uploads:
    """The files that this process receives; a file must have arrived within so many seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._of: Counter[str] = Counter()

    @contextmanager
    def place(self, caller: str) -> Iterator[None]:
        """Keeps a place for a file of the caller; raises TooManyUploads."""
        if self._of.total() >= AT_ONCE or self._of[caller] >= OF_ONE_CALLER:
            raise TooManyUploads
        self._of[caller] += 1
        try:
            yield
        finally:
            self._of[caller] -= 1
            # a caller without a file is not remembered
            self._of += Counter()


class UploadReader:
    """What stands behind `Upload[Form]`; `form` is what OpenAPI shows."""

    longest_body = MAX_UPLOAD_BODY

    def __init__(self, form: type[BaseModel]) -> None:
        self.form = form

    async def __call__(self, request: Request) -> Any:
        """Reads and checks the form; raises UnsupportedMediaType, Malformed, ContentTooLarge or Invalid."""
        content, fields = await _received(request)
        try:
            form = self.form.model_validate({name: value for name, value in fields.items() if value != ""})
        except ValidationError as error:
            raise Invalid(field_problems(error.errors(include_url=False, include_input=False))) from None
        return Received(form, kind_of(content), content)


@cache
def _reader(form: type[BaseModel]) -> UploadReader:
    return UploadReader(form)


async def payload_of(request: Request) -> bytes:
    """What an idempotency key stands for: the fields and the file's SHA-256."""
    content, fields = await _received(request)
    return json.dumps([sorted(fields.items()), sha256(content).hexdigest()]).encode()


async def _received(request: Request) -> tuple[bytes, dict[str, str]]:
    """The content of the file, and the other fields; read once for all that ask, in a place kept to the end."""
    known: tuple[bytes, dict[str, str]] | None = getattr(request.state, "upload", None)
    if known is None:
        uploads: Uploads = request.app.state.uploads
        request.state.until_answered.enter_context(uploads.place(request.state.client))
        try:
            async with asyncio.timeout(uploads.seconds):
                parts = await _parsed(request)
        except TimeoutError:
            raise UploadTooSlow(uploads.seconds) from None
        try:
            file, fields = _split(parts)
            known = (await file.read(), fields)
        finally:
            await parts.close()
        if len(known[0]) > MAX_FILE:
            raise ContentTooLarge(MAX_FILE)
        request.state.upload = known
    return known


if TYPE_CHECKING:
    Upload = Received
else:

    class Upload:
        """`upload: Upload[ImportForm]` in a route's signature."""

        def __class_getitem__(cls, form: type[BaseModel]) -> Any:
            return Annotated[Received, Depends(_reader(form))]


def form_of(route: Route) -> type[BaseModel] | None:
    """The form that a route takes a file with, if it does."""
    return next((call.form for call in route.calls if isinstance(call, UploadReader)), None)


class _InMemoryParser(MultiPartParser):
    # services write to no disk; the size is limited before it gets here
    spool_max_size = MAX_UPLOAD_BODY + 1
    ended = False

    def on_headers_finished(self) -> None:
        """Called when a part's content begins: one whose name is given in the extended form only is a file, too."""
        part = self._current_part
        given = part.content_disposition or b""
        said = given.replace(b" ", b"").lower()
        if b"filename*" in said and b"filename=" not in said:
            part.content_disposition = given + b'; filename=""'
        super().on_headers_finished()

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
        raise MalformedForm from None
    if not parser.ended:
        await parts.close()
        raise MalformedForm
    return parts


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
