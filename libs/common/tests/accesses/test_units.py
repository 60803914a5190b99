"""The unit of a reader, which is never a person."""

from typing import Any
from uuid import UUID

import pytest

from common.accesses.entry import unit_of
from common.auth import Principal, Role

EMPLOYER = UUID("8e5f7c2e-9f5d-4f7a-9a59-0f0f0f0f0f0f")


@pytest.mark.parametrize(
    ("role", "claims", "unit"),
    [
        ("college_officer", {"school_code": "10001", "college_code": "C1"}, "C1"),
        ("counsellor", {"school_code": "10001", "class_codes": frozenset({"K1"})}, "10001"),
        ("counsellor", {"school_code": "10001", "college_code": "C1"}, "C1"),
        ("school_officer", {"school_code": "10001", "college_code": "C1"}, "10001"),
        ("survey_manager", {"school_code": "10001"}, "10001"),
        ("auditor", {}, None),
        ("office", {"office_id": "ARCHIVE"}, "ARCHIVE"),
        ("employer", {"employer_id": EMPLOYER}, str(EMPLOYER)),
        ("provincial_officer", {"province_code": "410000"}, None),
        ("system", {}, None),
    ],
)
def test_a_reader_is_named_by_unit_alone(role: str, claims: dict[str, Any], unit: str | None) -> None:
    assert unit_of(Principal(subject="p-1", role=Role(role), **claims)) == unit
