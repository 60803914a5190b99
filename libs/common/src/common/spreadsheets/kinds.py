"""What kind of file an upload is: its first bytes and the ending of its name must agree."""

from pathlib import PurePath

from common.errors import FieldProblem, Invalid, Text

POINTER = "/file"

_ZIP = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_KINDS = ("xlsx", "xls", "csv")

_MESSAGES = {
    "file_type": Text("仅支持 .xlsx、.xls 和 .csv 文件", "Only .xlsx, .xls and .csv files are read"),
    "file_type_mismatch": Text("文件内容与扩展名不符", "The content is not what the file's ending says"),
    "file_empty": Text("文件为空", "The file is empty"),
    "file_encrypted": Text("文件已加密, 请去除密码后重新上传", "The file is encrypted; remove the password"),
    "file_has_macros": Text("不接受含宏的文件", "Files with macros are not accepted"),
    "file_has_links": Text("不接受引用外部工作簿的文件", "Files that link to other workbooks are not accepted"),
    "file_corrupt": Text("文件已损坏, 无法读取", "The file is corrupt"),
    "file_too_large": Text("文件解压后过大", "The file is too large when unpacked"),
    "file_too_slow": Text("文件过于复杂, 无法在限定时间内读取", "The file takes too long to read"),
    "too_many_rows": Text("行数超过上限 200000", "More than 200,000 rows"),
    "too_many_columns": Text("列数超过上限 100", "More than 100 columns"),
    "text_encoding": Text("无法识别文字编码, 请另存为 UTF-8", "The encoding is unknown; save the file as UTF-8"),
}


def unreadable(rule: str) -> Invalid:
    """The refusal of a file, by rule."""
    message = _MESSAGES[rule]
    return Invalid([FieldProblem(POINTER, rule, message)], code=rule, detail=message)


def kind_of(filename: str, content: bytes) -> str:
    """`xlsx`, `xls` or `csv`; raises Invalid."""
    ending = PurePath(filename).suffix.lower().removeprefix(".")
    if ending in {"xlsm", "xltm", "xlsb", "xlam"}:
        raise unreadable("file_has_macros")
    if ending not in _KINDS:
        raise unreadable("file_type")
    if not content or content.isspace():
        raise unreadable("file_empty")
    found = _by_content(content)
    if ending == "xlsx" and found == "xls":
        # an encrypted .xlsx is wrapped into the container of .xls
        raise unreadable("file_encrypted" if b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P" in content else "file_type_mismatch")
    if found != ending:
        raise unreadable("file_type_mismatch")
    return ending


def _by_content(content: bytes) -> str:
    if content.startswith(_ZIP):
        return "xlsx"
    return "xls" if content.startswith(_COMPOUND) else "csv"
