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

No layer below `common.http` knows a status code; each service's table maps types to statuses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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

    `pointer` is a JSON pointer into the body (`/employer_name`) or the name of a query parameter (`limit`).
    """

    pointer: str
    rule: str
    message: Message


class QuxiangError(Exception):
    """Root of all expected failures. Neither text nor `extra` may hold a value that a person could be known by."""

    def __init__(
        self,
        code: str,
        title: Message,
        detail: Message | None = None,
        *,
        problems: Sequence[FieldProblem] = (),
        extra: Mapping[str, object] | None = None,
    ) -> None:
        self.code = code
        self.title = title
        self.detail = detail or title
        self.problems = tuple(problems)
        self.extra: dict[str, object] = dict(extra or {})
        super().__init__(f"{code}: {self.detail.en}")


class Unauthenticated(QuxiangError):
    """Nobody is known to be calling. One text for every cause: it must not help to forge a better token."""

    def __init__(self) -> None:
        super().__init__("unauthenticated", Message("需要有效的访问令牌", "A valid access token is required"))


class Forbidden(QuxiangError):
    """The caller may see the thing, but may not do this to it."""

    def __init__(self, detail: Message | None = None, code: str = "forbidden") -> None:
        super().__init__(code, Message("当前角色不能执行此操作", "This role may not do that"), detail)


class NotFound(QuxiangError):
    """There is no such thing, or it lies outside the caller's scope: the two must look the same."""

    def __init__(self) -> None:
        super().__init__("not_found", Message("未找到该资源", "There is no such resource"))


class PreconditionRequired(QuxiangError):
    """The write does not say which version it is meant for."""

    def __init__(self) -> None:
        super().__init__("precondition_required", Message("缺少 If-Match 请求头", "The If-Match header is required"))


class PreconditionFailed(QuxiangError):
    """The write is meant for another version than the stored one."""

    def __init__(self, current_version: int) -> None:
        super().__init__(
            "precondition_failed",
            Message("该资源已被修改，请重新读取", "The resource has changed; read it again"),
            extra={"current_version": current_version},
        )
        self.current_version = current_version


class Conflict(QuxiangError):
    """The thing's state does not allow the act; `extra` names `state` and `allowed_transitions` where it has any."""

    def __init__(self, code: str, title: Message, detail: Message | None = None, **extra: object) -> None:
        super().__init__(code, title, detail, extra=extra)


class Malformed(QuxiangError):
    """The request cannot be read at all."""

    def __init__(self, detail: Message | None = None, code: str = "malformed") -> None:
        super().__init__(code, Message("无法解析请求", "The request cannot be read"), detail)


class BadQuery(QuxiangError):
    """A query parameter is unknown or has no usable value."""

    def __init__(self, problems: Sequence[FieldProblem], code: str = "bad_query") -> None:
        super().__init__(code, Message("查询参数有误", "Something is wrong with the query"), problems=problems)


class Invalid(QuxiangError):
    """The body can be read, but breaks rules; `problems` names each field."""

    def __init__(
        self, problems: Sequence[FieldProblem] = (), code: str = "invalid", detail: Message | None = None
    ) -> None:
        super().__init__(code, Message("提交内容不符合规则", "The content breaks a rule"), detail, problems=problems)


class TooManyRequests(QuxiangError):
    """The caller is over its limit; `retry_after` in seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__("too_many_requests", Message("请求过于频繁", "Too many requests"))
        self.retry_after = retry_after


class TransientError(QuxiangError):
    """The same act may succeed later: a message that meets it is tried again."""

    def __init__(self, code: str = "transient", detail: Message | None = None) -> None:
        super().__init__(code, Message("暂时无法处理，请稍后重试", "Not possible just now; try again"), detail)


class Unavailable(TransientError):
    """Something this process depends on does not answer; `retry_after` in seconds."""

    def __init__(self, retry_after: float = 1.0, code: str = "unavailable", detail: Message | None = None) -> None:
        super().__init__(code, detail)
        self.retry_after = retry_after


class Busy(Unavailable):
    """Another act, like the import of that school, held a lock for too long: nothing is stored."""

    def __init__(self) -> None:
        detail = Message("相关数据正在被其他操作占用，请稍后重试", "Another act holds these rows; try again")
        super().__init__(retry_after=1.0, code="busy", detail=detail)


class PermanentError(QuxiangError):
    """Trying again cannot help: a message that meets it goes to the dead letters, `code` being the cause."""

    def __init__(self, code: str, detail: Message | None = None) -> None:
        super().__init__(code, Message("无法处理", "This cannot be processed"), detail)


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
    if expected is None or getattr(expected, "missing", False):
        raise PreconditionRequired
    versions = Versions(frozenset({expected})) if isinstance(expected, int) else expected
    if not versions.any and version not in versions.named:
        raise PreconditionFailed(version)
