"""Stored rows as answers: opened, masked, and cut to what the caller's role may read."""

from collections.abc import Mapping
from typing import Any

from common.auth import Principal, Role
from common.contracts import ChangeToken, graduate
from common.crypto import FieldCipher
from registry.graduates.identity import masked_name, masked_number, masked_phone
from registry.graduates.models import GraduateAnswer, VersionAnswer
from registry.graduates.sealing import opened_entry

SEE_NUMBERS = frozenset(
    {
        Role.GRADUATE,
        Role.COUNSELLOR,
        Role.COLLEGE_OFFICER,
        Role.SCHOOL_OFFICER,
        Role.PROVINCIAL_OFFICER,
        Role.ADMIN,
        Role.SYSTEM,
    }
)
"""Roles that read student and examinee numbers in clear."""


def answer_of(
    row: Mapping[str, Any], cipher: FieldCipher, caller: Principal, token: ChangeToken | None = None
) -> GraduateAnswer:
    """The roster entry as this caller may see it."""
    entry = opened_entry(cipher, row["id"], row)
    clear = caller.role in SEE_NUMBERS
    masked = {
        "name": masked_name(entry.name),
        "citizen_id": entry.citizen_id and masked_number(entry.citizen_id),
        "phone": entry.phone and masked_phone(entry.phone),
        "student_number": entry.student_number if clear else masked_number(entry.student_number),
        "exam_number": entry.exam_number if clear or not entry.exam_number else masked_number(entry.exam_number),
        "change_token": token and token.encode(),
    }
    stored = {field: row[field] for field in GraduateAnswer.model_fields if field not in masked}
    return GraduateAnswer(**stored, **masked)


def version_of(row: Mapping[str, Any]) -> VersionAnswer:
    """One version of the history."""
    stored = {field: row[field] for field in VersionAnswer.model_fields if field != "by_role"}
    return VersionAnswer(**stored, by_role=row["role"])


def token_of(row: Mapping[str, Any]) -> ChangeToken:
    """The change that a row's newest version published."""
    return ChangeToken(graduate.TOPIC, row["school_code"], str(row["id"]), row["sequence"])
