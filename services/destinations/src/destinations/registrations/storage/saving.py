"""The next version of a registration, written with its history and its place in the graduate's stream."""

import json
from functools import lru_cache
from operator import itemgetter

from sqlalchemy import text

from common.auth import Actor
from common.clock import NOW_SQL, TODAY_SQL
from common.codes import CodeLists
from common.identifiers import RegistrationId
from common.sql import Connection
from destinations.registrations.domain.content import CODE_LISTS, FIELDS, SEALED, Destination
from destinations.registrations.domain.lifecycle import Stage
from destinations.registrations.domain.registration import Change, Registration, Stamp, after
from destinations.registrations.tables import HANDS
from destinations.roster.domain import Graduate

_CONTENT = ", ".join(FIELDS)
_JUDGED = (*HANDS, "late_reason")
_WRITTEN = (
    *("stage", "confirmation", "source", *FIELDS, "code_lists", "incomplete", *_JUDGED, "levels"),
    *("effective_version", "evidence_complete"),
)
_codes = itemgetter(*CODE_LISTS)
_CASTS = {
    "flexible": "boolean",
    **dict.fromkeys(("signed_on", "contract_from", "contract_to"), "date"),
    **dict.fromkeys(SEALED, "bytea"),
    "code_lists": "jsonb",
    "incomplete": "text[]",
    "levels": "text[]",
    "evidence_complete": "boolean",
    "effective_version": "int",
}

# a parameter that is None has no type of its own
_BOUND = {name: f"CAST(:{name} AS {_CASTS.get(name, 'text')})" for name in _WRITTEN}

_SUBMITTED_AT = "CASE WHEN :submits THEN recorded_at ELSE CAST(:submitted_at AS timestamptz) END"

# one statement: day, instant and sequence are taken under the lock, and a round trip for each table would cost more.
# Only a published version moves the stream's day, since an import may give any day from the last event on.
_SAVE = text(
    f"""
    WITH moment AS (
        SELECT {NOW_SQL} AS recorded_at, greatest({TODAY_SQL}, CAST(:previous_day AS date), last_decided_on) AS day
          FROM destination_streams WHERE graduate_id = :graduate_id
    ), stream AS (
        UPDATE destination_streams
           SET sequence = sequence + CASE WHEN :published THEN 1 ELSE 0 END,
               last_decided_on = CASE WHEN :published THEN moment.day ELSE last_decided_on END
          FROM moment WHERE graduate_id = :graduate_id
        RETURNING sequence
    ), stored AS (
        INSERT INTO registrations AS kept
               (id, graduate_id, school_code, cohort, version, {", ".join(_WRITTEN)},
                submitted_at, effective_decided_on, decided_on, recorded_at)
        SELECT coalesce(CAST(:id AS uuid), uuidv7()), :graduate_id, :school_code, :cohort, :version,
               {", ".join(_BOUND[name] for name in _WRITTEN)}, {_SUBMITTED_AT},
               CASE WHEN :takes_effect THEN day ELSE CAST(:effective_day AS date) END, day, recorded_at
          FROM moment
        ON CONFLICT (id) DO UPDATE
           SET version = EXCLUDED.version, {", ".join(f"{name} = EXCLUDED.{name}" for name in _WRITTEN)},
               submitted_at = EXCLUDED.submitted_at, effective_decided_on = EXCLUDED.effective_decided_on,
               decided_on = EXCLUDED.decided_on, recorded_at = EXCLUDED.recorded_at
        RETURNING id
    ), history AS (
        INSERT INTO registration_versions
               (registration_id, version, graduate_id, school_code, state, confirmation, source, {_CONTENT}, code_lists,
                by_role, by_subject, action, note, decided_on, recorded_at, changed_fields,
                cohort, effective_version, {", ".join(_JUDGED)}, submitted_at, evidence_complete,
                incomplete)
        SELECT stored.id, :version, :graduate_id, :school_code, :state, {_BOUND["confirmation"]}, {_BOUND["source"]},
               {", ".join(_BOUND[name] for name in FIELDS)}, {_BOUND["code_lists"]},
               :by_role, :by_subject, :action, CAST(:note AS text), day, recorded_at, CAST(:changed_fields AS text[]),
               :cohort, {_BOUND["effective_version"]}, {", ".join(_BOUND[name] for name in _JUDGED)}, {_SUBMITTED_AT},
               {_BOUND["evidence_complete"]}, {_BOUND["incomplete"]}
          FROM stored, moment
    )
    SELECT stored.id, moment.day, moment.recorded_at, stream.sequence FROM stored, moment, stream
    """
)


async def save(
    connection: Connection, graduate: Graduate, before: Registration | None, change: Change, actor: Actor
) -> tuple[Registration, int]:
    """Writes the next version and its history; gives the registration, and the sequence for an event about it."""
    effective = before.effective if before and change.stage is not Stage.VOIDED else None
    version = before.version + 1 if before else 1
    values = {
        **change.content.values(),
        **vars(change.hands),
        "levels": list(change.levels),
        "late_reason": change.late_reason and change.late_reason.value,
        "submits": change.submits,
        "submitted_at": before and before.submitted_at,
        "evidence_complete": change.evidence_complete,
        "stage": change.stage.value,
        "state": change.stage.state.value,
        "confirmation": change.confirmation and change.confirmation.value,
        "source": change.source.value,
        "code_lists": code_list_versions(change.content, CodeLists.load()),
        "incomplete": list(change.incomplete),
        "takes_effect": change.takes_effect,
        "published": change.announcement is not None,
        "action": change.action.value,
        "note": change.note,
        "changed_fields": list(change.changed),
        "id": before.id if before else None,
        "graduate_id": graduate.id,
        "school_code": graduate.school_code,
        "cohort": graduate.cohort,
        "version": version,
        "previous_day": before.decided_on if before else None,
        "effective_version": version if change.takes_effect else effective and effective.version,
        "effective_day": effective and effective.decided_on,
        "by_role": actor.role,
        "by_subject": actor.subject,
    }
    row = (await connection.execute(_SAVE, values)).one()
    stamp = Stamp(RegistrationId(row.id), row.day, row.recorded_at)
    return after(graduate, before, change, stamp), row.sequence


def code_list_versions(content: Destination, lists: CodeLists) -> str:
    """The version of each code list that the content has a code of, as a JSON object."""
    return _versions(lists, tuple([code is not None for code in _codes(vars(content))]))


@lru_cache(maxsize=256)
def _versions(lists: CodeLists, filled: tuple[bool, ...]) -> str:
    names = sorted(name for name, is_filled in zip(CODE_LISTS.values(), filled, strict=True) if is_filled)
    return json.dumps({name: lists.get(name).version for name in names})
