"""From verified claims to a principal; anything malformed is as good as no token."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from common.auth.principal import Principal, Role

MAX_SUBJECT = 255
MAX_CLASSES = 64
"""A counsellor leads a few classes; a longer list is no work of one person, and every query carries it."""

_SCHOOL = re.compile(r"[0-9]{5}")
_PROVINCE = re.compile(r"[0-9]{6}")
_UNIT = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{1,64}")
_SCOPE = re.compile(r"[\x20-\x7e]*")


def principal_of(claims: Mapping[str, Any]) -> Principal:
    """The caller that verified claims describe; raises ValueError."""
    return Principal(
        subject=_subject(claims.get("sub")),
        role=Role(str(claims.get("role"))),
        scopes=_scopes(claims.get("scope")),
        school_code=_matching(_SCHOOL, claims.get("school_code")),
        college_code=_matching(_UNIT, claims.get("college_code")),
        class_codes=_classes(claims.get("class_code")),
        graduate_id=_uuid(claims.get("graduate_id")),
        employer_id=_uuid(claims.get("employer_id")),
        office_id=_matching(_UNIT, claims.get("office_id")),
        province_code=_matching(_PROVINCE, claims.get("province_code")),
    )


def _subject(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= MAX_SUBJECT or not value.isprintable():
        raise ValueError("sub")
    return value


def _scopes(value: object) -> frozenset[str]:
    if value is None:
        return frozenset()
    if not isinstance(value, str) or not _SCOPE.fullmatch(value):
        raise ValueError("scope")
    return frozenset(value.split())


def _matching(pattern: re.Pattern[str], value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError("row scope")
    return value


def _classes(value: object) -> frozenset[str]:
    """One class, or an array of them."""
    listed = value if isinstance(value, list) else [] if value is None else [value]
    if len(listed) > MAX_CLASSES:
        raise ValueError("row scope")
    found = [_matching(_UNIT, each) for each in listed]
    if None in found:
        raise ValueError("row scope")
    return frozenset(each for each in found if each is not None)


def _uuid(value: object) -> UUID | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError("row scope")  # noqa: TRY004 - whatever is wrong with a claim has one answer
    return UUID(value)
