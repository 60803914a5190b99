"""What a token for the local stack needs: the parts of the row scope of its role, and a lifetime."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from common.auth.claims import principal_of
from common.auth.issuing import Grant, subject_of
from common.auth.principal import Role

NEEDED: Mapping[Role, tuple[str, ...]] = {
    Role.GRADUATE: ("graduate",),
    Role.COUNSELLOR: ("school",),
    Role.COLLEGE_OFFICER: ("school", "college"),
    Role.SCHOOL_OFFICER: ("school",),
    Role.PROVINCIAL_OFFICER: ("province",),
    Role.EMPLOYER: ("employer",),
    Role.OFFICE: ("office",),
    Role.INTERVIEWER: ("school",),
    Role.SURVEY_MANAGER: ("school",),
}

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours"}


class WrongUseError(Exception):
    """The command was given something that makes no token."""


def grant(
    role: str, options: Mapping[str, str | None], classes: Sequence[str] = (), scopes: Sequence[str] = ()
) -> Grant:
    """What the token says; raises WrongUseError where something is missing or malformed.

    `classes` are a counsellor's, `scopes` the OAuth scopes.
    """
    given = {name: value for name, value in options.items() if value is not None}
    if role not in set(Role):
        raise WrongUseError(f"there is no role {role!r}; the roles are {', '.join(Role)}")
    if missing := [f"--{name}" for name in NEEDED.get(Role(role), ()) if name not in given]:
        raise WrongUseError(f"the role {role} needs {' and '.join(missing)}")
    made = Grant(
        role=Role(role),
        school_code=given.get("school"),
        college_code=given.get("college"),
        class_codes=tuple(classes),
        graduate_id=_uuid("graduate", given),
        employer_id=_uuid("employer", given),
        office_id=given.get("office"),
        province_code=given.get("province"),
        scopes=tuple(scopes),
        subject=given.get("subject"),
    )
    return _acceptable(made)


def lifetime(text: str) -> timedelta:
    """Reads a lifetime such as 1s, 5m or 12h."""
    found = re.fullmatch(r"([1-9][0-9]{0,5})([smh])", text)
    if found is None:
        raise WrongUseError(f"a lifetime is written like 1s, 5m or 12h, not {text!r}")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _acceptable(made: Grant) -> Grant:
    """Refuses here what every service would refuse as 401."""
    try:
        principal_of({**made.claims(), "sub": subject_of(made)})
    except ValueError:
        raise WrongUseError(
            "a school has 5 digits, a province 6; a college, a class (at most 64), an office, a scope and a subject"
            " are short printable words"
        ) from None
    return made


def _uuid(name: str, given: Mapping[str, str]) -> UUID | None:
    if name not in given:
        return None
    try:
        return UUID(given[name])
    except ValueError:
        raise WrongUseError(f"--{name} takes a UUID, not {given[name]!r}") from None
