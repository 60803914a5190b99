"""Files that arrive in forms or as bodies: counted while they stream in, kept in memory, never on disk.

A route takes `upload: Upload[ProofForm]`, and the form says which files it is sent with, or
`photo: Annotated[ReceivedFile, file_body(PHOTOS)]`. It stands after the caller: a dependency can then refuse before the
file is read.
"""

import asyncio
import json
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from common.errors import FieldProblem, Invalid, Message
from common.files import MAX_FILE, Files
from common.http.refusals import ContentTooLarge, MalformedForm, TooManyUploads, UnsupportedMediaType, UploadTooSlow
from common.http.routing import Route
from common.http.validation import field_problems, pointer

MULTIPART = "multipart/form-data"
AROUND_FILE = 64 * 1024
"""Bytes of a form beside its file."""

MAX_FIELD = 4096
MAX_FIELDS = 20
AT_ONCE = 4
"""Files that are received and stored side by side: each takes memory that all requests share until it is answered."""

OF_ONE_CALLER = 2
"""Of these, so that no caller whose files come slowly keeps all others out."""


class FileForm(BaseModel):
    """The fields of a form with one file, `file`; `files` says which."""

    files: ClassVar[Files]


Form = TypeVar("Form", bound=FileForm)


@dataclass(frozen=True, kw_only=True)
class ReceivedFile:
    """A file. `kind` is what its content says; its name says nothing that counts."""

    kind: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Received(ReceivedFile, Generic[Form]):
    """A form with its file. Of `file_name` nothing may be stored: it can hold anything about anybody."""

    form: Form
    file_name: str = field(default="", repr=False)


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


Parts = tuple[bytes, dict[str, str]]
"""The content of a file, and the other fields of its form."""


class FileReader(ABC):
    """What stands behind a route's file."""

    def __init__(self, files: Files, longest_body: int) -> None:
        self.files = files
        self.longest_body = longest_body

    def too_large(self) -> ContentTooLarge:
        """The refusal of a body, or a file, that is too long."""
        size = self.files.size
        zh, en = f"文件不得超过 {size}，请缩小或拆分后重新上传", f"A file may have at most {size}; make it smaller"
        return ContentTooLarge(Message(zh, en))

    async def payload(self, request: Request) -> bytes:
        """What an idempotency key stands for: the fields and the file's SHA-256."""
        content, fields = await self._received(request)
        return json.dumps([sorted(fields.items()), sha256(content).hexdigest()]).encode()

    async def _received(self, request: Request) -> Parts:
        """The parts, read once for all that ask, in a place kept to the end."""
        known: Parts | None = getattr(request.state, "upload", None)
        if known is None:
            uploads: Uploads = request.app.state.uploads
            request.state.until_answered.enter_context(uploads.place(request.state.client))
            try:
                async with asyncio.timeout(uploads.seconds):
                    known = await self._read(request)
            except TimeoutError:
                raise UploadTooSlow(uploads.seconds) from None
            if len(known[0]) > self.files.at_most:
                raise self.too_large()
            request.state.upload = known
        return known

    @abstractmethod
    async def _read(self, request: Request) -> Parts:
        """Reads the body; raises UnsupportedMediaType, Malformed or Invalid."""


class FormReader(FileReader):
    """A file in a form; `form` is what OpenAPI shows."""

    def __init__(self, form: type[FileForm]) -> None:
        super().__init__(form.files, form.files.at_most + AROUND_FILE)
        self.form = form

    async def __call__(self, request: Request) -> Any:
        """Reads and checks the form; raises UnsupportedMediaType, Malformed, ContentTooLarge or Invalid."""
        content, fields = await self._received(request)
        try:
            form = self.form.model_validate({name: value for name, value in fields.items() if value != ""})
        except ValidationError as error:
            raise Invalid(field_problems(error.errors(include_url=False, include_input=False))) from None
        return Received(form=form, kind=self.files.kind_of(content), content=content, file_name=request.state.file_name)

    async def _read(self, request: Request) -> Parts:
        parts = await _parsed(request)
        try:
            file, fields = _split(parts)
            request.state.file_name = file.filename or ""
            return await file.read(), fields
        finally:
            await parts.close()


class BodyReader(FileReader):
    """A file that is the body."""

    def __init__(self, files: Files) -> None:
        super().__init__(files, files.at_most)

    @property
    def media_types(self) -> Sequence[str]:
        """The types of body that it takes."""
        return [kind.media_type for kind in self.files.kinds]

    async def __call__(self, request: Request) -> Any:
        """Reads and checks the file; raises UnsupportedMediaType, Malformed, ContentTooLarge or Invalid."""
        content, _ = await self._received(request)
        return ReceivedFile(kind=self.files.kind_of(content, pointer=""), content=content)

    async def _read(self, request: Request) -> Parts:
        if _media_type(request) not in self.media_types:
            raise UnsupportedMediaType(" / ".join(self.media_types))
        return await request.body(), {}


@cache
def _form_reader(form: type[FileForm]) -> FormReader:
    return FormReader(form)


if TYPE_CHECKING:
    Upload = Received
else:

    class Upload:
        """`upload: Upload[ImportForm]` in a route's signature."""

        def __class_getitem__(cls, form: type[FileForm]) -> Any:
            return Annotated[Received, Depends(_form_reader(form))]


def file_body(files: Files) -> Any:
    """`photo: Annotated[ReceivedFile, file_body(PHOTOS)]` in a route's signature."""
    return Depends(BodyReader(files))


def file_reader_of(route: Route) -> FileReader | None:
    """What reads the file that a route takes, if it does."""
    readers: list[Any] = [call for call in route.calls if isinstance(call, FileReader)]
    return readers[0] if readers else None


class _InMemoryParser(MultiPartParser):
    # services write to no disk; the size is limited before it gets here
    spool_max_size = MAX_FILE + AROUND_FILE + 1
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


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").split(";")[0].strip().lower()


async def _parsed(request: Request) -> FormData:
    if _media_type(request) != MULTIPART:
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
