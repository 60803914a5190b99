"""What checks hold about one graduate, for the copy of this person's data; of who checked nothing."""

from collections.abc import Mapping
from typing import Any

from common.crypto import FieldCipher
from common.identifiers import GraduateId
from common.sql import Connection
from destinations.checks.storage import entries, reports, samples

_ENTRY = ("id", "cohort", "round", "version", "stale", "recorded_at")
_ITEM = ("sample_id", "n", "registration_id", "version", "is_assigned")
_DECISION = ("method", "outcome", "result", "note", "by_role", "recorded_at")
_FOUND = ("method", "outcome", "result", "evidence_ids", "note")


async def of_graduate(
    connection: Connection, cipher: FieldCipher, graduate_id: GraduateId
) -> Mapping[str, list[dict[str, Any]]]:
    """The records by kind."""
    results = await entries.results_of_graduate(connection, graduate_id)
    return {
        "ledger_entries": [
            {name: getattr(each, name) for name in _ENTRY}
            | {name: getattr(each.finding, name) for name in _FOUND}
            | {"results": [vars(said) for said in results if said.entry_id == each.id]}
            for each in await entries.of_graduate(connection, cipher, graduate_id)
        ],
        "self_checks": await reports.of_graduate(connection, graduate_id),
        "samples": [
            {name: getattr(each, name) for name in _ITEM}
            | {"decision": each.decision and {name: getattr(each.decision, name) for name in _DECISION}}
            for each in await samples.of_graduate(connection, cipher, graduate_id)
        ],
    }
