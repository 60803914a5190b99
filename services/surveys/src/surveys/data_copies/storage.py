"""What this service holds about a graduate: the waves that ask, invitations without tokens, what was answered."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, Select, Table, Uuid, bindparam, literal_column, select

from common.accesses.entry import Access
from common.accesses.storage import accesses_to
from common.consuming.counted import newest_counted
from common.crypto import FieldCipher
from common.data_copies import Records
from common.identifiers import GraduateId, ResponseId
from common.sql import Connection
from surveys.answers.storage import pages_of, submissions_of
from surveys.answers.storage.files import files_of
from surveys.calls.tables import calls
from surveys.caps.storage import caps_of
from surveys.contact.tables import contact_attempts, opt_outs
from surveys.invitations.tables import invitations
from surveys.liaisons.tables import liaison_reports, liaisons
from surveys.papers.storage import papers_of
from surveys.populations.domain import STRATA
from surveys.privacy.tables import receipts
from surveys.quality.storage import opened as opened_reason
from surveys.responses.tables import responses
from surveys.roster.domain import CLASS, GROUPS, REGISTERED
from surveys.roster.tables import graduates, groups, registrations
from surveys.waves.tables import wave_eligible, waves

_WAVE = ("school_code", "cohort", "cycle", "questionnaire_id", "questionnaire_version", "opens_at", "closes_at")
_ACCESS = ("recorded_at", "kind", "role", "unit", "purpose", "fields")
PAGE = 500
_INVITATION = ("id", "wave_id", "channel", "state", "created_at", "first_used_at")
_RESPONSE = (
    *("id", "invitation_id", "wave_id", "version", "state", "questions_answered", "questions_total"),
    *("created_at", "recorded_at", "submitted_at", "detached_at", "excluded_at", "reason_ciphertext"),
)


def _of_graduate(table: Table, *columns: ColumnElement[Any]) -> Select[Any]:
    return select(*columns).where(table.c.graduate_id == bindparam("id", type_=Uuid))


_COUNTED = literal_column(newest_counted(graduates.name), Boolean).label("counted")
_ENTRY = _of_graduate(
    graduates, *(graduates.c[name] for name in ("school_code", "cohort", "status", "erased")), _COUNTED
)
_GROUPS = _of_graduate(groups, *(groups.c[name] for name in (*GROUPS, CLASS)))
_REGISTERED = _of_graduate(registrations, *(registrations.c[name] for name in (*REGISTERED, "flexible")))
_ASKED = (
    _of_graduate(
        wave_eligible,
        wave_eligible.c.wave_id,
        *(waves.c[name] for name in _WAVE),
        *(wave_eligible.c[name] for name in STRATA),
    )
    .join(waves, waves.c.id == wave_eligible.c.wave_id)
    .order_by(waves.c.id)
)
_INVITED = _of_graduate(invitations, *(invitations.c[name] for name in _INVITATION)).order_by(invitations.c.id)
_CONTACT = ("id", "invitation_id", "wave_id", "step", "channel", "state", "reason", "noted_at", "at")
_CONTACTED = (
    select(*(contact_attempts.c[name] for name in _CONTACT))
    .join(invitations, invitations.c.id == contact_attempts.c.invitation_id)
    .where(invitations.c.graduate_id == bindparam("id", type_=Uuid))
    .order_by(contact_attempts.c.id)
)
_ASKED_TO_STOP = ("id", "wave_id", "source", "created_at", "revoked_at")
_OPTED_OUT = _of_graduate(opt_outs, *(opt_outs.c[name] for name in _ASKED_TO_STOP)).order_by(opt_outs.c.id)
_CONSENT = ("response_id", "statement_id", "statement_version", "sensitive", "means", "recorded_at")
_AGREED = _of_graduate(receipts, *(receipts.c[name] for name in _CONSENT)).order_by(receipts.c.id)
_CALL = ("id", "wave_id", "attempt", "claimed_at", "outcome", "callback_at")
_CALLED = _of_graduate(calls, *(calls.c[name] for name in _CALL)).order_by(calls.c.id)
_LIAISON = (
    "id",
    "school_code",
    "level",
    "college_code",
    "major_code",
    "class_code",
    "cohort",
    "valid_from",
    "valid_until",
)
_APPOINTED = _of_graduate(liaisons, *(liaisons.c[name] for name in _LIAISON)).order_by(liaisons.c.id)
_REPORTED = _of_graduate(
    liaison_reports, *(liaison_reports.c[name] for name in ("id", "wave_id", "outcome", "recorded_at"))
).order_by(liaison_reports.c.id)
_ANSWERED = _of_graduate(responses, *(responses.c[name] for name in _RESPONSE)).order_by(responses.c.id)


async def collect(connection: Connection, cipher: FieldCipher, graduate_id: GraduateId) -> Records:
    """The records of a graduate; a response has its draft page by page, its submissions and its caps."""
    of_graduate = {"id": graduate_id}
    answered = [dict(row) for row in await connection.execute(_ANSWERED, of_graduate)]
    for response in answered:
        sealed = response.pop("reason_ciphertext")
        response["reason"] = None if sealed is None else opened_reason(cipher, response["id"], sealed)
        response["pages"] = await pages_of(connection, cipher, ResponseId(response["id"]))
        response["files"] = await files_of(connection, ResponseId(response["id"]))
        response["caps"] = await caps_of(connection, ResponseId(response["id"]))
        response["submissions"] = await submissions_of(connection, cipher, ResponseId(response["id"]))
    return {
        "roster_entry": [dict(row) for row in await connection.execute(_ENTRY, of_graduate)],
        "groups": [dict(row) for row in await connection.execute(_GROUPS, of_graduate)],
        "registrations": [dict(row) for row in await connection.execute(_REGISTERED, of_graduate)],
        "waves": [dict(row) for row in await connection.execute(_ASKED, of_graduate)],
        "invitations": [dict(row) for row in await connection.execute(_INVITED, of_graduate)],
        "contacts": [dict(row) for row in await connection.execute(_CONTACTED, of_graduate)],
        "opt_outs": [dict(row) for row in await connection.execute(_OPTED_OUT, of_graduate)],
        "consents": [dict(row) for row in await connection.execute(_AGREED, of_graduate)],
        "calls": [dict(row) for row in await connection.execute(_CALLED, of_graduate)],
        "liaisons": [dict(row) for row in await connection.execute(_APPOINTED, of_graduate)],
        "liaison_reports": [dict(row) for row in await connection.execute(_REPORTED, of_graduate)],
        "papers": await papers_of(connection, cipher, graduate_id),
        "responses": answered,
        "accesses": await _accesses(connection, graduate_id),
    }


async def _accesses(connection: Connection, graduate_id: GraduateId) -> list[dict[str, Any]]:
    found: list[Access] = []
    after: tuple[datetime, UUID] | None = None
    while len(part := await accesses_to(connection, graduate_id, after=after, limit=PAGE)) == PAGE:
        found, after = [*found, *part], (part[-1].recorded_at, part[-1].id)
    return [{name: getattr(each, name) for name in _ACCESS} for each in (*found, *part)]
