"""The pages that the `type` of a problem leads to: one per code, and a list. Open to everybody."""

from collections.abc import Iterator, Mapping
from html import escape

from fastapi.responses import HTMLResponse

from common.errors import Message, NotFound, QuxiangError
from common.http.problems import InternalError, status_of
from common.http.routing import Router


def problem_pages(service: str) -> Router:
    """`/problems` and `/problems/{code}` of a service."""
    router = Router(credential=None, include_in_schema=False)

    @router.get("/problems", response_class=HTMLResponse)
    async def all_problems() -> HTMLResponse:
        known = sorted(refusals(service).items())
        return _page("Problems", "".join(_entry(code, *about) for code, about in known))

    @router.get("/problems/{code}", response_class=HTMLResponse)
    async def one_problem(code: str) -> HTMLResponse:
        known = refusals(service)
        if code not in known:
            raise NotFound
        return _page(code, _entry(code, *known[code]))

    return router


def refusals(service: str) -> Mapping[str, tuple[int, Message]]:
    """Code → status and title of every kind of refusal that is loaded; all that is answered as 500 is one kind.

    Where two packages in one process declare a code, that of the service counts.
    """
    declared = sorted(_declared(QuxiangError), key=lambda each: each[0].__module__.partition(".")[0] == service)
    known = {code: (status_of(kind), title) for kind, code, title in declared}
    internal = known[InternalError.code]
    return {code: about for code, about in known.items() if about[0] != internal[0]} | {InternalError.code: internal}


def _declared(kind: type[QuxiangError]) -> Iterator[tuple[type[QuxiangError], str, Message]]:
    """The codes that a kind and those derived from it declare, with their titles."""
    if "code" in vars(kind):
        yield kind, kind.code, kind.title
    for code, title in vars(kind).get("codes", {}).items():
        yield kind, code, title
    for narrower in kind.__subclasses__():
        yield from _declared(narrower)


def _entry(code: str, status: int, about: Message) -> str:
    return f"<h2>{escape(code)} ({status})</h2><p lang=zh>{escape(about.zh)}</p><p lang=en>{escape(about.en)}</p>"


def _page(title: str, body: str) -> HTMLResponse:
    head = f"<head><meta charset=utf-8><title>{escape(title)}</title></head>"
    return HTMLResponse(f"<!doctype html><html>{head}<body>{body}</body></html>")
