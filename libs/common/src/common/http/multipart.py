"""Forms with files, parsed in memory: nothing of them is written to a disk."""

from collections.abc import Sequence

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from common.errors import FieldProblem, Invalid, Message
from common.files import MAX_FILE
from common.http.refusals import MalformedForm, UnsupportedMediaType
from common.http.validation import pointer

MULTIPART = "multipart/form-data"
AROUND_FILE = 64 * 1024
"""Bytes of a form beside its file."""

MAX_FIELD = 4096
MAX_FIELDS = 20


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


def media_type(request: Request) -> str:
    """What the body is said to be."""
    return request.headers.get("content-type", "").split(";")[0].strip().lower()


async def parsed_form(
    request: Request, most_files: int = 1, longest_field: int = MAX_FIELD, most_fields: int = MAX_FIELDS
) -> FormData:
    """The parts of a form; raises UnsupportedMediaType or Malformed."""
    if media_type(request) != MULTIPART:
        raise UnsupportedMediaType(MULTIPART)
    parser = _InMemoryParser(
        request.headers,
        request.stream(),
        # one more is another fault than a form that cannot be read
        max_files=most_files + 1,
        max_fields=most_fields,
        max_part_size=longest_field,
    )
    try:
        parts = await parser.parse()
    except (MultiPartException, ValueError, KeyError):
        raise MalformedForm from None
    if not parser.ended:
        await parts.close()
        raise MalformedForm
    return parts


def split(parts: FormData) -> tuple[UploadFile, dict[str, str]]:
    """The file called `file`, and the other fields; raises Invalid."""
    file = parts.get("file")
    if not isinstance(file, UploadFile):
        raise Invalid([FieldProblem("/file", "required", Message("缺少文件", "A file is required"))])
    return file, _fields(parts, "file", [name for name, _ in parts.multi_items()])


def split_all(parts: FormData, most: int) -> tuple[list[UploadFile], dict[str, str]]:
    """The files called `files`, so many at most, and the other fields; raises Invalid."""
    given = parts.getlist("files")
    files = [each for each in given if isinstance(each, UploadFile)]
    if len(files) < len(given):
        raise Invalid([FieldProblem("/files", "wrong_type", Message("应为文件", "Must be files"))])
    if len(files) > most:
        text = Message(f"最多 {most} 个文件", f"{most} files at most")
        raise Invalid([FieldProblem("/files", "too_many_files", text)])
    return files, _fields(parts, "files", [name for name, _ in parts.multi_items() if name != "files"])


def _fields(parts: FormData, file: str, names: Sequence[str]) -> dict[str, str]:
    """All but the file; raises Invalid where one of the names comes twice, and for any other file."""
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        text = Message("只能出现一次", "May be given only once")
        raise Invalid([FieldProblem(pointer([name]), "repeated_field", text) for name in repeated])
    files = [name for name, value in parts.items() if name != file and not isinstance(value, str)]
    if files:
        text = Message("应为文本，不是文件", "Must be a text, not a file")
        raise Invalid([FieldProblem(pointer([name]), "wrong_type", text) for name in files])
    return {name: value for name, value in parts.items() if isinstance(value, str)}
