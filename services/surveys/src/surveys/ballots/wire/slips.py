"""Slips with codes, to be cut, mixed and drawn; they are made for one answer and kept nowhere."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING

from common.clock import SHANGHAI
from surveys.ballots.domain import Sheets
from surveys.invitations.domain import link

if TYPE_CHECKING:
    from jinja2 import Template

_NOTHING_ELSE = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_GROUP = 4


def slips_of(sheets: Sheets, public_url: str, language: str) -> tuple[str, str]:
    """The slips as HTML, and the policy that they are sent with."""
    template, style = _template(), _style()
    html = template.render(
        language=language,
        style=style,
        title=sheets.title.in_language(language),
        school=(sheets.school.name if language == "zh" else sheets.school.name_en or sheets.school.name)
        or sheets.wave.school_code,
        address=f"{public_url.rstrip('/')}/a",
        closes=f"{sheets.wave.closes_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
        count=len(sheets.codes),
        slips=_slips(sheets.codes, public_url),
    )
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return html, f"default-src 'none'; style-src 'sha256-{digest}'; {_NOTHING_ELSE}"


def _slips(codes: Sequence[str], public_url: str) -> Iterator[tuple[str, str]]:
    """Each code with its link, and in groups for who types it."""
    for code in codes:
        yield link(public_url, code), " ".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))


@cache
def _style() -> str:
    return (files("surveys.ballots.wire") / "slips.css").read_text("utf-8")


@cache
def _template() -> "Template":
    # loaded when the first slips are asked for
    from jinja2 import Environment, StrictUndefined

    made = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return made.from_string((files("surveys.ballots.wire") / "slips.html").read_text("utf-8"))
