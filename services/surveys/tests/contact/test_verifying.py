"""`verify` finds what should not be among attempts, and in what they cost."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from common.database import Database
from common.identifiers import SchoolCode
from surveys.settings import Settings
from surveys.verification import CHECKS

Json = dict[str, Any]


@pytest.mark.parametrize(
    ("planted", "named", "count"),
    [
        ("SELECT CAST(:id AS uuid)", None, 0),
        ("UPDATE contact_spending SET spent_fen = spent_fen - 1 WHERE wave_id = :id", "spent", 1),
        ("UPDATE contact_spending SET budget_fen = 77 WHERE wave_id = :id", "spent", 1),
        ("DELETE FROM contact_spending WHERE wave_id = :id", "spent", 1),
        ("UPDATE contact_attempts SET price_fen = 2 WHERE wave_id = :id", "spent", 1),
        ("UPDATE contact_attempts SET step = 9 WHERE wave_id = :id", "attempts", 3),
        (
            "INSERT INTO contact_attempts (school_code, wave_id, invitation_id, step, channel, state, noted_at)"
            " SELECT school_code, wave_id, invitation_id, 2, 'email', 'accepted', noted_at + interval '71 hours'"
            "   FROM contact_attempts WHERE wave_id = :id",
            "attempts",
            3,
        ),
        (
            "INSERT INTO opt_outs (school_code, graduate_id, source, created_at)"
            " SELECT school_code, graduate_id, 'link', now() - interval '1 day' FROM invitations WHERE wave_id = :id",
            "attempts",
            3,
        ),
        (
            "INSERT INTO opt_outs (school_code, graduate_id, source, created_at, revoked_at)"
            " SELECT school_code, graduate_id, 'link', now() - interval '1 day', now() + interval '9 days'"
            "   FROM invitations WHERE wave_id = :id",
            "attempts",
            3,
        ),
        (
            "INSERT INTO calls (wave_id, graduate_id, school_code, attempt, band, claimed_at, expires_at, outcome)"
            " SELECT wave_id, graduate_id, school_code, 1, 1, now() - interval '1 day',"
            "        now() - interval '23 hours', 'refused' FROM invitations WHERE wave_id = :id",
            "attempts",
            3,
        ),
        (
            "WITH given AS (INSERT INTO responses (invitation_id, wave_id, graduate_id, school_code)"
            " SELECT id, wave_id, graduate_id, school_code FROM invitations WHERE wave_id = :id RETURNING *)"
            " INSERT INTO submitted_contents (response_id, version, school_code, completeness, mode, values_ciphertext,"
            " submitted_at) SELECT id, 1, school_code, 'core', 'api', '\\x00', now() - interval '1 day' FROM given",
            "attempts",
            3,
        ),
    ],
)
async def test_a_planted_fault_is_found(
    database: Database,
    settings: Settings,
    wave: Json,
    school: str,
    morning: datetime,
    ahead: Any,
    go: Any,
    broken: Callable[..., Any],
    planted: str,
    named: str | None,
    count: int,
) -> None:
    async with ahead(morning) as moved:
        await go(moved, email=1)
    await broken(planted, id=wave["id"])
    found = {
        name: (await CHECKS[name](database, settings, school=SchoolCode(school))).differences
        for name in ("spent", "attempts")
    }
    # other tests read all that is submitted
    await broken("DELETE FROM submitted_contents WHERE values_ciphertext = '\\x00'")
    assert found == {"spent": 0, "attempts": 0} | ({named: count} if named else {})
