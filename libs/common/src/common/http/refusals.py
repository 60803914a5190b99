"""Refusals that only HTTP knows: method, content type and size."""

from common.errors import FieldProblem, Invalid, Malformed, Message, QuxiangError, Unavailable


class MethodNotAllowed(QuxiangError):
    """The path exists, but not with this method; `allowed` goes into the Allow header."""

    code = "method_not_allowed"
    title = Message("不支持该请求方法", "This method is not supported here")

    def __init__(self, allowed: frozenset[str]) -> None:
        super().__init__()
        self.allowed = allowed


class UnsupportedMediaType(QuxiangError):
    """The body is not of a type that the route reads."""

    code = "unsupported_media_type"
    title = Message("不支持该内容类型", "This content type is not supported")

    def __init__(self, expected: str) -> None:
        super().__init__(Message(f"请求体应为 {expected}", f"The body must be {expected}"))


class EncodedContent(QuxiangError):
    """The body comes compressed: nothing here would read it, or know how large it becomes."""

    code = "encoded_content"
    title = Message("请求体不得压缩，请去掉 Content-Encoding", "Send the body as it is, without Content-Encoding")


class ContentTooLarge(QuxiangError):
    """The body is longer than the route takes."""

    code = "content_too_large"
    title = Message("请求体过大", "The body is too large")


class FileTooLarge(Invalid):
    """The file of a form is longer than what it is for may be: a fault of the file, as its kind would be."""

    code = "file_too_large"
    title = Message("文件过大", "The file is too large")

    def __init__(self, at_most: Message) -> None:
        super().__init__([FieldProblem("/file", self.code, at_most)])


class TooManyUploads(Unavailable):
    """As many files stream in as this process has memory for, or as one caller may send at once."""

    code = "too_many_uploads"
    title = Message("正在接收的文件过多，请稍后重试", "Too many files are being received; try again")

    def __init__(self) -> None:
        super().__init__(retry_after=2.0)


class UploadTooSlow(Malformed):
    """A file that had not arrived when its time was over."""

    code = "upload_too_slow"
    title = Message("文件未在限定时间内传完", "The file did not arrive in time")

    def __init__(self, seconds: float) -> None:
        super().__init__(Message(f"文件须在 {seconds:g} 秒内传完", f"A file must arrive within {seconds:g} seconds"))


class TooManyWaiting(Unavailable):
    """As many requests wait for changes as this process lets wait; nothing was done."""

    code = "too_many_waiting"
    title = Message("等待数据更新的请求过多，请稍后重试", "Too many requests wait for changes; try again")

    def __init__(self) -> None:
        super().__init__(retry_after=1.0)


class MalformedJson(Malformed):
    """The body is no JSON."""

    code = "malformed_json"
    title = Message("请求体不是有效的 JSON", "The body is not valid JSON")


class MalformedForm(Malformed):
    """The body is no multipart form."""

    code = "malformed_form"
    title = Message("请求体不是有效的 multipart 表单", "The body is not a valid multipart form")
