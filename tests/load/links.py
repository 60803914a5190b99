"""Personal links of a wave, as many as a measurement needs: everybody has agreed, and answered nothing yet."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from common.crypto import hashed_secret
from testing.tokens import TokenMint

Json = dict[str, Any]

SCHOOL, COHORT = "20001", 2024
PAGE = "/v1/answer/pages/work"
WHOLE = '{"values": {"satisfied": "y", "match": 4, "comment": "一切都好"}}'
_WORDS = {"zh": "问题", "en": "A question"}
_QUESTIONNAIRE: Json = {
    "title": _WORDS,
    "pages": [
        {
            "id": "work",
            "questions": [
                {
                    "id": "satisfied",
                    "type": "single_choice",
                    "required": True,
                    "core": True,
                    "text": _WORDS,
                    "options": [{"value": "y", "text": _WORDS}, {"value": "n", "text": _WORDS}],
                },
                {"id": "comment", "type": "text", "text": _WORDS},
            ],
        },
        {
            "id": "study",
            "questions": [
                {
                    "id": "match",
                    "type": "scale",
                    "text": _WORDS,
                    "scale": {"min": 1, "max": 5},
                    "visible_if": "${satisfied} != ''",
                    "measure": {"id": "major_match"},
                }
            ],
        },
    ],
}
_ROSTER = """
    INSERT INTO graduates (graduate_id, school_code, cohort, status, counted, erased, sequence, event_id,
                           event_sequence, counted_sequence)
    SELECT lpad(to_hex(n), 32, '0')::uuid, $1, $2, 'registered', true, false, 1, gen_random_uuid(), 1, 1
      FROM generate_series(1, $3::int) AS n
"""
# invitation and response have the id of the graduate: what is said of one request can be said of any other
_INVITED = """
    INSERT INTO invitations (id, wave_id, graduate_id, school_code, operation_id, channel, state, token_digest,
                             first_used_at)
    SELECT id, $1, id, $2, gen_random_uuid(), 'link', 'opened', digest, now()
      FROM unnest($3::uuid[], $4::bytea[]) AS made (id, digest)
"""
_BEGUN = """
    INSERT INTO responses (id, invitation_id, wave_id, graduate_id, school_code, version)
    SELECT id, id, wave_id, graduate_id, school_code, 2 FROM invitations WHERE wave_id = $1
"""
_AGREED = """
    INSERT INTO response_consents (response_id, graduate_id, school_code, statement_version, sensitive, means)
    SELECT id, graduate_id, school_code, 1, true, 'screen' FROM responses WHERE wave_id = $1
"""


def token_of(item: str) -> str:
    """The token of a link, by the id that its graduate, its invitation and its response have in common."""
    return urlsafe_b64encode(UUID(item).bytes).decode().rstrip("=")


def header_of(item: str) -> str:
    """What the holder of a link sends."""
    return f"Authorization: Survey {token_of(item)}"


async def make_links(http: httpx.AsyncClient, mint: TokenMint, admin: asyncpg.Connection, number: int) -> list[str]:
    """The ids of so many links of a wave that is open for a day."""
    headers = mint.headers("survey_manager", school=SCHOOL)
    await admin.execute(_ROSTER, SCHOOL, COHORT, number)
    made = await _answered(http, "/v1/questionnaires", _QUESTIONNAIRE, headers)
    await _answered(http, f"/v1/questionnaires/{made['id']}/publish", None, headers | {"If-Match": "*"})
    now = datetime.now(UTC)
    asked = {"questionnaire_id": made["id"], "questionnaire_version": 1, "school_code": SCHOOL, "cohort": COHORT}
    period = {"opens_at": (now - timedelta(hours=1)).isoformat(), "closes_at": (now + timedelta(days=1)).isoformat()}
    wave = UUID((await _answered(http, "/v1/waves", asked | period | {"cycle": 1}, headers))["id"])
    items = [str(UUID(int=each)) for each in range(1, number + 1)]
    digests = [hashed_secret(token_of(each)) for each in items]
    await admin.execute(_INVITED, wave, SCHOOL, items, digests)
    for statement in (_BEGUN, _AGREED):
        await admin.execute(statement, wave)
    return items


async def _answered(http: httpx.AsyncClient, path: str, body: Json | None, headers: dict[str, str]) -> Json:
    answer = await http.post(path, json=body, headers=headers)
    if not answer.is_success:
        raise RuntimeError(answer.text)
    found: Json = answer.json()
    return found
