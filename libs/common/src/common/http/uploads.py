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

from common.errors import Invalid, Message, QuxiangError
from common.files import Files
from common.http.bodies import must_hold_no_null
from common.http.multipart import AROUND_FILE, MAX_FIELD, media_type, parsed_form, split, split_all
from common.http.refusals import ContentTooLarge, FileTooLarge, TooManyUploads, UnsupportedMediaType, UploadTooSlow
from common.http.routing import Route
from common.http.validation import field_problems

AT_ONCE = 4
"""Files that are received and stored side by side: each takes memory that all requests share until it is answered."""

OF_ONE_CALLER = 2
"""Of these, so that no caller whose files come slowly keeps all others out."""


class FileForm(BaseModel):
    """The fields of a form with one file, `file`; `files` says which.

    `too_large` is how one with more bytes is refused; by default as any body is that is too large.
    """

    files: ClassVar[Files]
    too_large: ClassVar[type[ContentTooLarge | FileTooLarge]] = ContentTooLarge


class FilesForm(FileForm):
    """The fields of a form with files that may be left out, each called `files`: so many at most."""

    most_files: ClassVar[int]
    longest_field: ClassVar[int] = MAX_FIELD


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


@dataclass(frozen=True, kw_only=True)
class ReceivedFiles(Generic[Form]):
    """A form with its files."""

    form: Form
    files: Sequence[ReceivedFile]


NOBODY = "nobody"
"""What all callers count as whom nothing keeps apart."""


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
    """What stands behind a route's file; a body that is declared to be small is received beside any number of them."""

    small_body = 0

    def __init__(self, files: Files, longest_body: int) -> None:
        self.files = files
        self.longest_body = longest_body

    def too_large(self) -> QuxiangError:
        """The refusal of a body, or a file, that is too long."""
        return ContentTooLarge(self._at_most)

    @property
    def _at_most(self) -> Message:
        size = self.files.size
        return Message(
            f"文件不得超过 {size}，请缩小或拆分后重新上传", f"A file may have at most {size}; make it smaller"
        )

    async def payload(self, request: Request) -> bytes:
        """What an idempotency key stands for: the fields and the file's SHA-256."""
        content, fields = await self._received(request)
        return json.dumps([sorted(fields.items()), sha256(content).hexdigest()]).encode()

    async def _received(self, request: Request) -> Parts:
        """The parts, read once for all that ask, in a place kept to the end."""
        known: Parts | None = getattr(request.state, "upload", None)
        if known is None:
            uploads: Uploads = request.app.state.uploads
            declared = request.headers.get("content-length", "")
            if not declared.isdigit() or int(declared) > self.small_body:
                request.state.until_answered.enter_context(uploads.place(getattr(request.state, "client", NOBODY)))
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

    def too_large(self) -> QuxiangError:
        """The refusal that the form names."""
        return self.form.too_large(self._at_most)

    async def __call__(self, request: Request) -> Any:
        """Reads and checks the form; raises UnsupportedMediaType, Malformed, ContentTooLarge or Invalid."""
        content, fields = await self._received(request)
        form = self._filled(fields)
        return Received(form=form, kind=self.files.kind_of(content), content=content, file_name=request.state.file_name)

    def _filled(self, fields: dict[str, str]) -> Any:
        must_hold_no_null(fields)
        try:
            return self.form.model_validate({name: value for name, value in fields.items() if value != ""})
        except ValidationError as error:
            raise Invalid(field_problems(error.errors(include_url=False, include_input=False))) from None

    async def _read(self, request: Request) -> Parts:
        parts = await parsed_form(request)
        try:
            file, fields = split(parts)
            request.state.file_name = file.filename or ""
            return await file.read(), fields
        finally:
            await parts.close()


class FilesReader(FormReader):
    """Files in a form, or none; `form` is what OpenAPI shows."""

    small_body = AROUND_FILE

    def __init__(self, form: type[FilesForm]) -> None:
        super().__init__(form)
        self.most, self.longest_field = form.most_files, form.longest_field
        self.longest_body = self.most * form.files.at_most + AROUND_FILE

    async def __call__(self, request: Request) -> Any:
        """Reads and checks the form; raises what a form with one file raises."""
        _, fields = await self._received(request)
        contents: Sequence[bytes] = request.state.contents
        if any(len(content) > self.files.at_most for content in contents):
            raise self.too_large()
        files = [
            ReceivedFile(kind=self.files.kind_of(content, pointer=f"/files/{at}"), content=content)
            for at, content in enumerate(contents)
        ]
        return ReceivedFiles(form=self._filled(fields), files=files)

    async def _read(self, request: Request) -> Parts:
        parts = await parsed_form(request, self.most, self.longest_field)
        try:
            files, fields = split_all(parts, self.most)
            request.state.contents = [await each.read() for each in files]
            return b"", fields
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
        if media_type(request) not in self.media_types:
            raise UnsupportedMediaType(" / ".join(self.media_types))
        return await request.body(), {}


@cache
def _form_reader(form: type[FileForm]) -> FormReader:
    return FormReader(form)


@cache
def _files_reader(form: type[FilesForm]) -> FilesReader:
    return FilesReader(form)


if TYPE_CHECKING:
    Upload = Received
    UploadedFiles = ReceivedFiles
else:

    class Upload:
        """`upload: Upload[ImportForm]` in a route's signature."""

        def __class_getitem__(cls, form: type[FileForm]) -> Any:
            return Annotated[Received, Depends(_form_reader(form))]

    class UploadedFiles:
        """`upload: UploadedFiles[ReportForm]` in a route's signature."""

        def __class_getitem__(cls, form: type[FilesForm]) -> Any:
            return Annotated[ReceivedFiles, Depends(_files_reader(form))]


def file_body(files: Files) -> Any:
    """`photo: Annotated[ReceivedFile, file_body(PHOTOS)]` in a route's signature."""
    return Depends(BodyReader(files))


def file_reader_of(route: Route) -> FileReader | None:
    """What reads the file that a route takes, if it does."""
    readers: list[Any] = [call for call in route.calls if isinstance(call, FileReader)]
    return readers[0] if readers else None
