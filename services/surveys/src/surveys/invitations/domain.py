"""Tokens of personal links: 128 random bits that name nobody, of which only a digest is kept."""

import re
import secrets
from enum import StrEnum

TOKEN_BYTES = 16
_FORM = re.compile(r"[A-Za-z0-9_-]{22}")


class Channel(StrEnum):
    """How an invitation reaches the graduate; with `link` the survey team hands the link over itself."""

    LINK = "link"


class InvitationState(StrEnum):
    """邀请状态: follows what became of the link."""

    CREATED = "created"
    OPENED = "opened"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"


def new_token() -> str:
    """A token nobody can guess, safe in a URL fragment."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def has_form(token: str) -> bool:
    """Whether the text could be a token at all."""
    return _FORM.fullmatch(token) is not None


def link(public_url: str, token: str) -> str:
    """The personal link; in the fragment the token stays out of request lines, logs and referrers."""
    return f"{public_url.rstrip('/')}/a#{token}"
