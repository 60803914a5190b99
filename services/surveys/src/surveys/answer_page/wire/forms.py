"""Forms of browsers: read in memory, taken from this page only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from fastapi import Request
from starlette.datastructures import UploadFile

from common.errors import Forbidden, Message
from common.files import JPEG, MB, PDF, PNG, Files
from common.http.multipart import AROUND_FILE, MULTIPART, media_type, parsed_form
from common.http.refusals import FileTooLarge, MalformedForm, UnsupportedMediaType
from common.http.uploads import NOBODY
from surveys.answer_page.domain.fields import Fields

if TYPE_CHECKING:
    from common.http.uploads import Uploads

FILES = Files((JPEG, PNG, PDF), at_most=5 * MB)
KINDS = {kind.name: kind.media_type for kind in FILES.kinds}
URLENCODED = "application/x-www-form-urlencoded"
MOST_FIELDS = 3_000
LONGEST_FIELD = 64 * 1024
MOST_FILES = 4
"""On one page; they wait in memory until they are stored."""

_OURS = ("same-origin", "none")


class ForeignForm(Forbidden):
    """The form was sent from a page of another origin."""

    code = "foreign_form"
    title = Message("表单不是从本页提交的", "This form was not sent from this page")


@dataclass(frozen=True)
class Form:
    """The fields of a form, and the files under their names."""

    fields: Fields
    files: Mapping[str, bytes]

    def first(self, name: str) -> str:
        """What stands in a field; empty without one."""
        return next(iter(self.fields.get(name, ())), "")


class PageForms:
    """A dependency: how long a form with files may be."""

    one_too_large = Message("文件不得超过 5 MB", "A file may have at most 5 MB")
    longest_body = MOST_FILES * 5 * MB + MOST_FILES * AROUND_FILE

    def too_large(self) -> FileTooLarge:
        """The refusal of a longer one."""
        return FileTooLarge(Message("文件总共不得超过 20 MB", "Files may have at most 20 MB together"))

    async def __call__(self) -> None:
        """Reads nothing: the route does, so that a refusal is a page."""


async def form_of(request: Request) -> Form:
    """The form; raises ForeignForm, MalformedForm, UnsupportedMediaType or what a file is refused for."""
    _must_be_ours(request)
    kind = media_type(request)
    if kind == MULTIPART:
        return await _with_files(request)
    # programs name no type of a form without fields
    if kind not in (URLENCODED, "") or (not kind and await request.body()):
        raise UnsupportedMediaType(URLENCODED)
    try:
        written = (await request.body()).decode("ascii")
        fields = parse_qs(written, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise MalformedForm from None
    return Form(fields, {})


async def _with_files(request: Request) -> Form:
    uploads: Uploads = request.app.state.uploads
    with uploads.place(getattr(request.state, "client", NOBODY)):
        parts = await parsed_form(request, MOST_FILES, LONGEST_FIELD, MOST_FIELDS)
        try:
            fields: dict[str, list[str]] = {}
            files: dict[str, bytes] = {}
            for name, value in parts.multi_items():
                if isinstance(value, UploadFile):
                    # a field without a file is sent as an empty one
                    if content := await value.read():
                        files[name] = content
                else:
                    fields.setdefault(name, []).append(value)
        finally:
            await parts.close()
    return Form(fields, files)


def _must_be_ours(request: Request) -> None:
    """Raises ForeignForm by what browsers say of the page that a form was on; programs say nothing."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    here = {request.headers.get("host", ""), urlsplit(str(request.app.state.public_url)).netloc}
    if site is not None and site not in _OURS:
        raise ForeignForm
    if origin is not None and urlsplit(origin).netloc not in here:
        raise ForeignForm
