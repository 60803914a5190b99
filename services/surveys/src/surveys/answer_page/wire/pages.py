"""Pages as they go out: templates filled in, with what a browser may do on them."""

from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from fastapi.responses import HTMLResponse

from surveys.answer_page.wire.words import words_in

if TYPE_CHECKING:
    from jinja2 import Environment

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = MappingProxyType(
    {
        "Content-Security-Policy": POLICY,
        # with none at all a browser does not say which page a form was on
        "Referrer-Policy": "same-origin",
        "Vary": "Accept-Language, Cookie",
    }
)


def page(template: str, language: str, status: int = 200, **context: Any) -> HTMLResponse:
    """A page in a language."""
    shown = environment().get_template(template).render(language=language, words=words_in(language), **context)
    # halves of surrogate pairs, which came with a form, are no text that can be sent
    content = shown.encode("utf-8", "replace")
    return HTMLResponse(content, status, {**_HEADERS, "Content-Language": language})


@lru_cache
def environment() -> "Environment":
    """The templates, each read once."""
    # megabytes that a process which shows no page never needs
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
