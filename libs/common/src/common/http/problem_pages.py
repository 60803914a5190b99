"""The pages that the `type` of a problem leads to: one per code, and a list. Open to everybody."""

from collections.abc import Mapping
from html import escape

from fastapi.responses import HTMLResponse

from common.errors import Message, NotFound
from common.http.routing import Router

COMMON: Mapping[str, tuple[int, Message]] = {
    "bad_query": (400, Message("查询参数未知、格式错误或超出范围", "A parameter is unknown, malformed or off range")),
    "malformed": (400, Message("无法解析请求", "The request cannot be read")),
    "malformed_json": (400, Message("请求体不是有效的 JSON", "The body is not valid JSON")),
    "malformed_form": (400, Message("请求体不是有效的 multipart 表单", "The body is not a valid multipart form")),
    "unauthenticated": (401, Message("没有有效的访问令牌", "There is no valid access token")),
    "forbidden": (403, Message("当前角色不能执行此操作", "The caller's role may not do that")),
    "not_found": (404, Message("资源不存在，或不在可见范围内", "No such resource, or outside the caller's scope")),
    "method_not_allowed": (405, Message("该路径不支持此方法", "The path does not take this method")),
    "conflict": (409, Message("资源当前状态不允许此操作", "The resource's state does not allow this")),
    "request_in_progress": (409, Message("相同 Idempotency-Key 的请求正在处理", "The key is in use just now")),
    "precondition_failed": (412, Message("资源已被修改，请重新读取后再试", "The resource has changed; read it again")),
    "content_too_large": (413, Message("请求体过大", "The body is too large")),
    "unsupported_media_type": (415, Message("不支持该内容类型", "The content type is not supported")),
    "invalid": (422, Message("内容不符合规则，见 errors", "The content breaks rules, see errors")),
    "idempotency_key_reused": (422, Message("该 Idempotency-Key 已用于其他内容", "The key was used for other content")),
    "precondition_required": (428, Message("须提供 If-Match 请求头", "The If-Match header is required")),
    "too_many_requests": (429, Message("请求过于频繁，请按 Retry-After 重试", "Too many; try again after Retry-After")),
    "internal_error": (500, Message("服务内部错误，请提供 trace_id", "Internal error; name the trace_id")),
    "unavailable": (503, Message("依赖的服务暂不可用，请稍后重试", "Something needed does not answer; try again")),
    "database_unavailable": (503, Message("数据库暂不可用，请稍后重试", "The database does not answer; try again")),
    "busy": (503, Message("相关数据正在被其他操作占用，请稍后重试", "Another act holds these rows; try again")),
    "serialisation_conflict": (503, Message("与其他写入冲突，请重试", "Collided with another write; try again")),
    "keys_unavailable": (503, Message("签名公钥暂不可用，请稍后重试", "The issuer's keys cannot be had; try again")),
}  # fmt: skip


def problem_pages(known: Mapping[str, tuple[int, Message]]) -> Router:
    """`/problems` and `/problems/{code}`."""
    router = Router(credential=None, include_in_schema=False)

    @router.get("/problems", response_class=HTMLResponse)
    async def all_problems() -> str:
        return _page("Problems", "".join(_entry(code, *about) for code, about in sorted(known.items())))

    @router.get("/problems/{code}", response_class=HTMLResponse)
    async def one_problem(code: str) -> str:
        if code not in known:
            raise NotFound
        return _page(code, _entry(code, *known[code]))

    return router


def _entry(code: str, status: int, about: Message) -> str:
    return f"<h2>{escape(code)} ({status})</h2><p lang=zh>{escape(about.zh)}</p><p lang=en>{escape(about.en)}</p>"


def _page(title: str, body: str) -> str:
    head = f"<head><meta charset=utf-8><title>{escape(title)}</title></head>"
    return f"<!doctype html><html>{head}<body>{body}</body></html>"
