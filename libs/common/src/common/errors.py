"""Errors that callers of this system may see, and errors that decide whether a message is tried again.

    QuxiangError
    ├── Unauthenticated, Forbidden, NotFound
    ├── PreconditionRequired, PreconditionFailed, Conflict
    ├── Malformed, BadQuery, Invalid
    ├── TooManyRequests
    ├── TransientError            the same act may succeed later
    │   └── Unavailable           something this process depends on does not answer
    │       └── Busy              another act holds the rows
    └── PermanentError            trying again cannot help
        └── Forked                another event is stored under this key and sequence

No layer below `common.http` knows a status code; `common.http.problems` gives each kind its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias


@dataclass(frozen=True)
class Message:
    """A sentence for people, in both languages of the interface."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """The Chinese sentence for `zh` and its variants, else the English one."""
        return self.zh if language.lower().startswith("zh") else self.en


@dataclass(frozen=True)
class FieldProblem:
    """One faulty field: where it is, which rule it breaks, and the sentence for the caller.

    `pointer` is a JSON pointer into the body (`/employer_name`) or the name of a query parameter (`limit`). Of a cell
    of a file, `row` is the number that a spreadsheet program shows, `column` the text of its header.
    """

    pointer: str
    rule: str
    message: Message
    row: int | None = None
    column: str | None = None


class QuxiangError(Exception):
    """Root of all expected failures; each kind is a class with its `code` and its `title`, written once.

    A problem document carries both, and `/problems/<code>` explains every class that is loaded and declares a code.
    A kind with many codes, like the faults of a file, declares `codes` instead. `detail` says more about the one case.
    No text and no `extra` may hold a value that a person could be known by.
    """

    code: str = "internal_error"
    title: Message = Message("服务内部错误", "Internal error")
    codes: Mapping[str, Message] = MappingProxyType({})

    def __init__(
        self,
        detail: Message | None = None,
        *,
        problems: Sequence[FieldProblem] = (),
        extra: Mapping[str, object] | None = None,
    ) -> None:
        self.detail = detail or self.title
        self.problems = tuple(problems)
        self.extra: dict[str, object] = dict(extra or {})
        super().__init__(f"{self.code}: {self.detail.en}")


class Unauthenticated(QuxiangError):
    """The caller is unknown. One text for every cause: it must not help to forge a better token."""

    code = "unauthenticated"
    title = Message("需要有效的访问令牌", "A valid access token is required")

    def __init__(self) -> None:
        super().__init__()


class Forbidden(QuxiangError):
    """The caller may see the thing, but may not do this to it."""

    code = "forbidden"
    title = Message("当前角色不能执行此操作", "This role may not do that")


class NotFound(QuxiangError):
    """There is no such thing, or it lies outside the caller's scope: the two must look the same."""

    code = "not_found"
    title = Message("未找到该资源", "There is no such resource")

    def __init__(self) -> None:
        super().__init__()


class PreconditionRequired(QuxiangError):
    """The write does not say which version it is meant for."""

    code = "precondition_required"
    title = Message("缺少 If-Match 请求头", "The If-Match header is required")

    def __init__(self) -> None:
        super().__init__()


class PreconditionFailed(QuxiangError):
    """The write is meant for another version than the stored one."""

    code = "precondition_failed"
    title = Message("该资源已被修改，请重新读取", "The resource has changed; read it again")

    def __init__(self, current_version: int) -> None:
        super().__init__(extra={"current_version": current_version})
        self.current_version = current_version


class Conflict(QuxiangError):
    """The thing's state does not allow the act; `extra` names `state` and `allowed_transitions` where it has any."""

    code = "conflict"
    title = Message("资源当前状态不允许此操作", "The resource's state does not allow this")

    def __init__(self, detail: Message | None = None, **extra: object) -> None:
        super().__init__(detail, extra=extra)


class Gone(QuxiangError):
    """There was something here that the caller could have; it will not come back."""

    code = "gone"
    title = Message("内容已不可用", "What was here is gone")


class Malformed(QuxiangError):
    """The request cannot be read at all."""

    code = "malformed"
    title = Message("无法解析请求", "The request cannot be read")

    def __init__(self, detail: Message | None = None) -> None:
        super().__init__(detail)


class BadQuery(QuxiangError):
    """A query parameter is unknown or has no usable value."""

    code = "bad_query"
    title = Message("查询参数有误", "Something is wrong with the query")

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        super().__init__(problems=problems)


class Invalid(QuxiangError):
    """The body can be read, but breaks rules; `problems` names each field."""

    code = "invalid"
    title = Message("提交内容不符合规则", "The content breaks a rule")

    def __init__(self, problems: Sequence[FieldProblem] = (), detail: Message | None = None) -> None:
        super().__init__(detail, problems=problems)


class RulesBroken(Invalid):
    """The same with the rule as its code, where one alone is broken and `codes` has it."""

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        broken = {each.rule for each in problems}
        if len(broken) == 1 and broken <= self.codes.keys():
            (self.code,) = broken
            self.title = self.codes[self.code]
        super().__init__(problems)


class TooManyRequests(QuxiangError):
    """The caller is over its limit; `retry_after` in seconds."""

    code = "too_many_requests"
    title = Message("请求过于频繁", "Too many requests")

    def __init__(self, retry_after: float) -> None:
        super().__init__()
        self.retry_after = retry_after


class TransientError(QuxiangError):
    """The same act may succeed later: a message that meets it is tried again."""

    code = "transient"
    title = Message("暂时无法处理，请稍后重试", "Not possible just now; try again")

    def __init__(self, detail: Message | None = None) -> None:
        super().__init__(detail)


class Unavailable(TransientError):
    """Something this process depends on does not answer; `retry_after` in seconds."""

    code = "unavailable"

    def __init__(self, retry_after: float = 1.0, detail: Message | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Busy(Unavailable):
    """Another act, like the import of that school, held a lock for too long: nothing is stored."""

    code = "busy"
    title = Message("相关数据正在被其他操作占用，请稍后重试", "Another act holds these rows; try again")

    def __init__(self) -> None:
        super().__init__(retry_after=1.0)


class PermanentError(QuxiangError):
    """Trying again cannot help: a message that meets it goes to the dead letters, `code` being the cause."""

    code = "permanent"
    title = Message("无法处理", "This cannot be processed")

    def __init__(self, detail: Message | None = None) -> None:
        super().__init__(detail)


class Forked(PermanentError):
    """Another event is stored under this key and sequence: which of the two is true, only their owner knows."""

    code = "forked"
    title = Message("同一序号下已存有另一个事件", "Another event is stored under this sequence")


class Missing(Exception):
    """Leaves an act that needs `what` from elsewhere: the route fetches it and acts once more. No caller sees it.

    An act awaits nothing but the database, so it cannot ask other services itself.
    """

    def __init__(self, what: object) -> None:
        super().__init__()
        self.what = what


@dataclass(frozen=True)
class Versions:
    """The versions that a write is meant for; `any` of them with `If-Match: *`."""

    named: frozenset[int] = frozenset()
    any: bool = False


ExpectedVersion: TypeAlias = int | Versions | None
"""What a command takes for If-Match; None where the write does not say which version it is meant for."""


def must_equal(expected: ExpectedVersion, version: int) -> None:
    """Raises PreconditionRequired without an expected version, PreconditionFailed where it is another one."""
    if expected is None:
        raise PreconditionRequired
    versions = Versions(frozenset({expected})) if isinstance(expected, int) else expected
    if not versions.any and version not in versions.named:
        raise PreconditionFailed(version)
