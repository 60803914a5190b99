"""PDFs as other programs write, encrypt and cut them."""

import io

import pytest
from PIL import Image
from pypdf import PdfWriter

from common.files import FileRefused
from common.files.documents import file_alone


def pdf(password: str | None = None, *, algorithm: str = "AES-256") -> bytes:
    writer, made = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    if password is not None:
        writer.encrypt(password, algorithm=algorithm)
    writer.write(made)
    return made.getvalue()


WHOLE = pdf()


def picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (4, 4)).save(made, "PNG")
    return made.getvalue()


@pytest.mark.parametrize("content", [WHOLE, WHOLE + b"\r\n\0\0", b"\n" + WHOLE, picture()])
def test_what_can_be_opened_is_kept_as_it_is(content: bytes) -> None:
    assert file_alone(content) == content


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (pdf("open sesame"), "encrypted"),
        # without a password to open it, but with rights
        (pdf("", algorithm="RC4-128"), "encrypted"),
        (WHOLE[: len(WHOLE) // 2], "unreadable"),
        (WHOLE[:20] + WHOLE[-40:], "unreadable"),
        (b"%PDF-1.7 and what is none", "unreadable"),
        (WHOLE + b"%" * 2_000, "unreadable"),
        (picture()[:-20], "picture_broken"),
        (b"\xff\xd8\xff and no picture", "picture_broken"),
    ],
)
def test_what_cannot_is_refused_by_its_cause(content: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        file_alone(content, "/values/proof")
    assert (refused.value.code, refused.value.problems[0].pointer) == (code, "/values/proof")
