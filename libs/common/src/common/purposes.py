"""What clear data about a person are read for: a code of the list `purpose`, which the request names."""

from common.clock import today
from common.codes import CodeLists
from common.errors import FieldProblem, Forbidden, Invalid, Message

HEADER = "X-Purpose"

_GIVE = Message(
    "请在请求头 X-Purpose 中填写代码表 purpose 的代码", "Give a code of the list `purpose` in the header X-Purpose"
)
_KNOWN = Message("应为代码表 purpose 中现行有效的代码", "Must be a code of the list `purpose` that is in force")


class PurposeRequired(Invalid):
    """Clear data about a person are asked for without a purpose."""

    code = "purpose_required"
    title = Message("须说明查看用途", "A purpose is required")

    def __init__(self) -> None:
        super().__init__([FieldProblem(HEADER, self.code, _GIVE)])


class PurposeUnknown(Invalid):
    """The list `purpose` has no such code in force; `pointer` says whether the header or a body field named it."""

    code = "purpose_unknown"
    title = Message("用途代码未知", "There is no such purpose")

    def __init__(self, pointer: str) -> None:
        super().__init__([FieldProblem(pointer, self.code, _KNOWN)])


class PurposeNotPermitted(Forbidden):
    """The purpose exists, but not for this role at this operation."""

    code = "purpose_not_permitted"
    title = Message("当前角色不能以此用途查看", "This role may not read for this purpose")


def purpose_of(header: str | None, field: str | None = None) -> str:
    """The purpose that a request names; the header counts over the field `purpose` of the body.

    Raises PurposeRequired or PurposeUnknown.
    """
    named = header or field
    if not named:
        raise PurposeRequired
    if CodeLists.load().get("purpose").lookup(named, today()) is None:
        raise PurposeUnknown(HEADER if header else "/purpose")
    return named
