"""What kind of file an upload is: its first bytes and the ending of its name must agree."""

from collections.abc import Mapping, Sequence
from pathlib import PurePath

from common.codes.rules import rule, rules
from common.errors import FieldProblem, Invalid, Message

POINTER = "/file"

_ZIP = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_KINDS = ("xlsx", "xls", "csv")


class FileRefused(Invalid):
    """The file cannot be worked on; each cause has a code of its own."""

    codes: Mapping[str, Message] = {each.id: each.text for each in rules().values() if each.level == "file"}

    def __init__(self, code: str, message: Message) -> None:
        self.code = code
        super().__init__([FieldProblem(POINTER, code, message)], message)


def unreadable(rule_id: str, sheets: Sequence[str] = ()) -> Invalid:
    """The refusal of a file, by rule; with the names of the sheets that it is about."""
    message = rule(rule_id).text
    if sheets:
        message = Message(f"{message.zh}：{'、'.join(sheets)}", f"{message.en}: {', '.join(sheets)}")
    return FileRefused(rule_id, message)


def kind_of(filename: str, content: bytes) -> str:
    """`xlsx`, `xls` or `csv`; raises Invalid."""
    ending = PurePath(filename).suffix.lower().removeprefix(".")
    if ending in {"xlsm", "xltm", "xlsb", "xlam"}:
        raise unreadable("file_has_macros")
    if ending not in _KINDS:
        raise unreadable("file_type")
    if not content or content.isspace():
        raise unreadable("file_empty")
    found = "xlsx" if content.startswith(_ZIP) else "xls" if content.startswith(_COMPOUND) else "csv"
    if ending == "xlsx" and found == "xls":
        # an encrypted .xlsx is wrapped into the container of .xls
        raise unreadable("file_encrypted" if b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P" in content else "file_type_mismatch")
    if found != ending:
        raise unreadable("file_type_mismatch")
    return ending
