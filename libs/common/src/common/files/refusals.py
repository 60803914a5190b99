"""The refusal of a file: its cause, and what to do."""

from collections.abc import Mapping, Sequence

from common.codes.rules import rule, rules
from common.errors import FieldProblem, Invalid, Message

POINTER = "/file"
"""Where a form has its file."""


class FileRefused(Invalid):
    """The file cannot be worked on; each cause has a code of its own."""

    codes: Mapping[str, Message] = {
        **{each.id: each.text for each in rules().values() if each.level == "file"},
        "file_kind": Message(
            "不接受这种文件，请按要求的格式重新保存", "Files of this kind are not taken; save it as asked"
        ),
    }

    def __init__(self, code: str, message: Message, pointer: str = POINTER) -> None:
        self.code = code
        super().__init__([FieldProblem(pointer, code, message)], message)


def unreadable(rule_id: str, names: Sequence[str] = (), pointer: str = POINTER) -> FileRefused:
    """The refusal of a file, by rule; with the names of the formats or sheets that it is about."""
    message = rule(rule_id).text
    if names:
        message = Message(f"{message.zh}：{'、'.join(names)}", f"{message.en}: {', '.join(names)}")
    return FileRefused(rule_id, message, pointer)
