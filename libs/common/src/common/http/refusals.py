"""Refusals that only HTTP knows: method, content type and size."""

from common.errors import Message, QuxiangError


class MethodNotAllowed(QuxiangError):
    """The path exists, but not with this method; `allowed` goes into the Allow header."""

    def __init__(self, allowed: frozenset[str]) -> None:
        super().__init__("method_not_allowed", Message("不支持该请求方法", "This method is not supported here"))
        self.allowed = allowed


class UnsupportedMediaType(QuxiangError):
    """The body is not of a type that the route reads."""

    def __init__(self, expected: str) -> None:
        title = Message("不支持该内容类型", "This content type is not supported")
        detail = Message(f"请求体应为 {expected}", f"The body must be {expected}")
        super().__init__("unsupported_media_type", title, detail)


class ContentTooLarge(QuxiangError):
    """The body is longer than the route takes; `limit` in bytes."""

    def __init__(self, limit: int) -> None:
        title = Message("请求体过大", "The body is too large")
        detail = Message(f"请求体不得超过 {limit} 字节", f"The body may have at most {limit} bytes")
        super().__init__("content_too_large", title, detail)
