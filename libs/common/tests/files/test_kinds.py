"""A file is what its content says; what is more than one thing, or another than asked for, is named in the refusal."""

import io
import zipfile

import pytest

from common.files import JPEG, MAX_FILE, MB, PDF, PNG, ZIP, FileRefused, Files
from common.spreadsheets import SPREADSHEETS


def zipped(name: str = "1.jpg", comment: bytes = b"") -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr(name, b"x")
        archive.comment = comment
    return written.getvalue()


PICTURE = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 40 + b"\xff\xd9"
IMAGE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 40
PAPER = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"
PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00\x04" + b"\x00" * 100
ALL = Files((JPEG, PNG, PDF, ZIP), at_most=5 * MB)

KINDS = {
    "jpeg": PICTURE,
    "jpeg with a film behind it, as telephones make them": PICTURE + b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 99,
    "jpeg that holds the marks of an archive by chance": PICTURE[:30] + b"PK\x05\x06" + PICTURE[30:] + b"PK\x05\x06",
    "png": IMAGE,
    "pdf": PAPER,
    "pdf after a line break": b"\r\n" + PAPER,
    "zip": zipped(),
    "zip with a remark": zipped(comment=b"PK\x05\x06 photos"),
    "zip of nothing": zipped()[-22:][:8] + b"\x00" * 14,
}


@pytest.mark.parametrize("name", KINDS)
def test_a_file_is_known_by_its_content(name: str) -> None:
    assert ALL.kind_of(KINDS[name]) == name.partition(" ")[0]


REFUSED = {
    "a picture with an archive behind it": (PICTURE + zipped(), "JPEG + ZIP"),
    "an image with an archive and a remark behind it": (IMAGE + zipped(comment=b"x" * 65_535), "PNG + ZIP"),
    "a paper with an archive behind it": (PAPER + zipped("META-INF/MANIFEST.MF"), "PDF + ZIP"),
    "a picture in front of a paper": (PICTURE + PAPER, "JPEG + PDF"),
    "an archive in front of a paper": (b"PK\x03\x04" + PAPER + zipped(), "ZIP + PDF"),
    "a program": (PROGRAM, "EXE"),
    "a program with an archive behind it": (PROGRAM + zipped(), "EXE + ZIP"),
    "a program of another system": (b"\x7fELF\x02\x01\x01" + b"\x00" * 60, "ELF"),
    "a page": (b"\xef\xbb\xbf <html><script>", "HTML/XML"),
    "a drawing": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "HTML/XML"),
    "another archive": (b"Rar!\x1a\x07\x01\x00", "RAR"),
    "a text": (b"hello", None),
    "half of a mark": (b"\xff\xd8", None),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_something_else_or_two_things_at_once_is_refused_by_name(name: str) -> None:
    content, formats = REFUSED[name]
    with pytest.raises(FileRefused) as refusal:
        ALL.kind_of(content)
    (problem,) = refusal.value.problems
    shown = ("；收到的是 " + formats, "; this one is " + formats) if formats else ("", "")
    assert (problem.pointer, problem.rule) == ("/file", "file_kind")
    assert problem.message.zh == f"应为 JPEG、PNG、PDF 或 ZIP 文件{shown[0]}"
    assert problem.message.en == f"Must be a file of JPEG, PNG, PDF or ZIP{shown[1]}"


@pytest.mark.parametrize(
    ("content", "named"), [(PROGRAM, "EXE"), (b"\x7fELF\x02", "ELF"), (PICTURE + PAPER, "JPEG、PDF")]
)
def test_a_program_is_no_table_whatever_its_name(content: bytes, named: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        SPREADSHEETS.kind_of(content)
    assert (refusal.value.code, refusal.value.detail.zh.rpartition("：")[2]) == ("file_type", named)


def test_a_table_may_begin_with_the_letters_of_a_program() -> None:
    assert SPREADSHEETS.kind_of(b"MZ,XH\n01,20240001\n") == "csv"


def test_a_route_takes_its_own_kinds_only() -> None:
    photos = Files((JPEG,), at_most=5 * MB)
    assert photos.about == "JPEG, by its content; at most 5 MB"
    for content in (IMAGE, PAPER, zipped()):
        with pytest.raises(FileRefused, match="Must be a file of JPEG;"):
            photos.kind_of(content)


@pytest.mark.parametrize("empty", [b"", b" \r\n"])
def test_an_empty_file_is_called_empty(empty: bytes) -> None:
    with pytest.raises(FileRefused) as refusal:
        ALL.kind_of(empty, pointer="")
    assert [(each.pointer, each.rule) for each in refusal.value.problems] == [("", "file_empty")]


@pytest.mark.parametrize("size", [0, MAX_FILE + 1])
def test_no_route_may_take_what_a_process_has_no_memory_for(size: int) -> None:
    with pytest.raises(ValueError, match="memory"):
        Files((JPEG,), at_most=size)
