"""Who hears of what."""

from typing import Any

import pytest

from common.auth import Principal, Role
from common.errors import NotFound
from common.identifiers import Cohort, ProvinceCode, SchoolCode
from indicators.reading.selection import Level, Scope
from indicators.stream.announcements import listener_of
from indicators.stream.domain import Listener, Moved, MovedGroup

GROUPS = tuple(
    MovedGroup(*each)
    for each in (
        ("total", None), ("college", "C1"), ("college", "C2"), ("major", "M1"), ("major", "M2"), ("class", "K1"),
        ("class", "K2"), ("class", None), ("sex", "1"),
    )
)  # fmt: skip
MOVED = Moved(7, SchoolCode("10001"), ProvinceCode("410000"), Cohort(2024), GROUPS)
UNITS = {("10001", "C1"): frozenset({MovedGroup("major", "M1"), MovedGroup("class", "K1")})}
HERE = Scope(Level.SCHOOL, "10001")


@pytest.mark.parametrize(
    ("listener", "heard"),
    [
        (Listener(HERE), GROUPS),
        (Listener(Scope(Level.PROVINCE, "410000")), GROUPS),
        (Listener(Scope(Level.NATION, "CN"), Cohort(2024)), GROUPS),
        (Listener(Scope(Level.SCHOOL, "10002")), ()),
        (Listener(Scope(Level.PROVINCE, "420000")), ()),
        (Listener(HERE, Cohort(2025)), ()),
        (Listener(HERE, college="C1"), (GROUPS[1], GROUPS[3], GROUPS[5])),
        (Listener(HERE, college="C3"), ()),
        (Listener(HERE, classes=frozenset({"K2", "K9"})), (GROUPS[6],)),
    ],
)
def test_a_listener_hears_of_its_scope_only(listener: Listener, heard: tuple[MovedGroup, ...]) -> None:
    assert listener.heard(MOVED, UNITS) == heard


@pytest.mark.parametrize(
    ("role", "claims", "expected"),
    [
        (Role.SCHOOL_OFFICER, {}, Listener(HERE)),
        (Role.COLLEGE_OFFICER, {"college_code": "C1"}, Listener(HERE, college="C1")),
        (Role.COLLEGE_OFFICER, {}, None),
        (Role.COUNSELLOR, {"class_codes": frozenset({"K1"})}, Listener(HERE, classes=frozenset({"K1"}))),
        (Role.COUNSELLOR, {}, None),
    ],
)
def test_what_a_caller_hears_is_cut_to_its_claims(role: Role, claims: Any, expected: Listener | None) -> None:
    caller = Principal("somebody", role, school_code="10001", **claims)
    if expected is None:
        with pytest.raises(NotFound):
            listener_of(caller, HERE, None)
    else:
        assert listener_of(caller, HERE, None) == expected
