"""What kind of file an upload is, by its content: names come in many spellings, and endings do not always tell."""

from collections.abc import Mapping, Sequence

from common.codes.rules import rule, rules
from common.errors import FieldProblem, Invalid, Message

POINTER = "/file"

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BARE_BIFF = b"\x09\x08"
_OTHERS: Mapping[bytes, str] = {
    b"\x09\x00\x04\x00": "Excel 2.0",
    b"\x09\x02\x06\x00": "Excel 3.0",
    b"\x09\x04\x06\x00": "Excel 4.0",
    b"\x03": "dBase",
    b"%PDF": "PDF",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"\x1f\x8b": "gzip",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"{\\rtf": "RTF",
    b"<": "HTML/XML",
    b"mime-version:": "MHTML",
}
"""How files begin that are none of ours, after white space, in small letters if letters begin them: their names."""

_SEARCHED = 64


class FileRefused(Invalid):
    """The file cannot be worked on; each cause has a code of its own."""

    codes: Mapping[str, Message] = {each.id: each.text for each in rules().values() if each.level == "file"}

    def __init__(self, code: str, message: Message) -> None:
        self.code = code
        super().__init__([FieldProblem(POINTER, code, message)], message)


def unreadable(rule_id: str, names: Sequence[str] = ()) -> Invalid:
    """The refusal of a file, by rule; with the names of the formats or sheets that it is about."""
    message = rule(rule_id).text
    if names:
        message = Message(f"{message.zh}：{'、'.join(names)}", f"{message.en}: {', '.join(names)}")
    return FileRefused(rule_id, message)


def kind_of(content: bytes) -> str:
    """`xlsx`, `xls` or `csv`; raises Invalid for what is empty or certainly something else."""
    if not content or content.isspace():
        raise unreadable("file_empty")
    if content.startswith(_ZIP):
        return "xlsx"
    if content.startswith((_COMPOUND, _BARE_BIFF)):
        return "xls"
    if other := other_format(content):
        raise unreadable("file_type", [other])
    return "csv"


def other_format(content: bytes) -> str | None:
    """What a file is that begins as no table does."""
    start = content[:_SEARCHED].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) and not content.startswith(b"\xff\xd8"):
        start = start[2:].replace(b"\0", b"").lstrip()
    return next(
        (name for mark, name in _OTHERS.items() if content.startswith(mark) or start.lower().startswith(mark)), None
    )
