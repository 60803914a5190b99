"""Which parts of the row scope a role's token needs, and how a lifetime is written."""

import re
import uuid
from collections.abc import Mapping

CLAIMS: Mapping[str, str] = {
    "school": "school_code",
    "college": "college_code",
    "class": "class_code",
    "graduate": "graduate_id",
    "employer": "employer_id",
    "province": "province_code",
}

NEEDED: Mapping[str, tuple[str, ...]] = {
    "graduate": ("graduate",),
    "counsellor": ("school",),
    "college_officer": ("school", "college"),
    "school_officer": ("school",),
    "provincial_officer": ("province",),
    "ministry": (),
    "employer": ("employer",),
    "survey_manager": ("school",),
    "integrator": (),
    "auditor": (),
    "system": (),
    "admin": (),
}

_SECONDS = {"s": 1, "m": 60, "h": 3600}


class WrongUseError(Exception):
    """The command was given something that makes no token."""


def row_scope(role: str, options: Mapping[str, str | None]) -> dict[str, str]:
    """Give the claims of a role's row scope, or say what is missing or malformed."""
    if role not in NEEDED:
        raise WrongUseError(f"there is no role {role!r}; the roles are {', '.join(NEEDED)}")
    given = {name: value for name, value in options.items() if value}
    if missing := [f"--{name}" for name in NEEDED[role] if name not in given]:
        raise WrongUseError(f"the role {role} needs {' and '.join(missing)}")
    return {CLAIMS[name]: _checked(name, value) for name, value in given.items()}


def seconds(text: str) -> int:
    """Read a lifetime such as 1s, 5m or 12h."""
    found = re.fullmatch(r"([1-9][0-9]{0,5})([smh])", text)
    if found is None:
        raise WrongUseError(f"a lifetime is written like 1s, 5m or 12h, not {text!r}")
    return int(found[1]) * _SECONDS[found[2]]


def _checked(name: str, value: str) -> str:
    if name not in {"graduate", "employer"}:
        return value
    try:
        return str(uuid.UUID(value))
    except ValueError:
        raise WrongUseError(f"--{name} takes a UUID, not {value!r}") from None
