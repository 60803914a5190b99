"""The refusal of an XLSForm: each row and column of which something would be lost."""

from collections.abc import Sequence

from common.errors import FieldProblem, Invalid, Message
from common.files.refusals import POINTER

CODE = "xlsform_unsupported"


class XlsformUnsupported(Invalid):
    """Something in the form has no equal here, and nothing of a form is dropped."""

    code = CODE
    title = Message("XLSForm 中有不支持的内容", "The XLSForm has what is not supported")

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        super().__init__(problems, self.title)


def unsupported(row: int, column: str, zh: str, en: str) -> FieldProblem:
    """What is not supported, and where; `column` is the text of its header."""
    return FieldProblem(POINTER, CODE, Message(zh, en), row=row, column=column)
