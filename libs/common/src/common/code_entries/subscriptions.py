"""Registry's events about added rows → the table. Events that come again, or late, change nothing."""

import json
from collections.abc import Sequence

from sqlalchemy import text

from common.code_entries.following import notify
from common.code_entries.table import code_entries_table
from common.consuming.forks import refuse_stored_forks
from common.contracts.code_list import CodeEntryData
from common.contracts.envelope import IncomingEvent
from common.database import UnitOfWork, new_metadata

_KEEP = text(
    """
    INSERT INTO code_entries AS kept
           (code_list, code, valid_from, valid_to, label_zh, label_en, source, verified, attributes, state, sequence,
            event_id, event_sequence)
    SELECT code_list, code, valid_from, valid_to, label_zh, label_en, source, verified, CAST(attributes AS jsonb),
           state, sequence, event_id, sequence
      FROM unnest(CAST(:code_list AS text[]), CAST(:code AS text[]), CAST(:valid_from AS date[]),
                  CAST(:valid_to AS date[]), CAST(:label_zh AS text[]), CAST(:label_en AS text[]),
                  CAST(:source AS text[]), CAST(:verified AS boolean[]), CAST(:attributes AS text[]),
                  CAST(:state AS text[]), CAST(:sequence AS bigint[]), CAST(:event_id AS uuid[]))
           AS said (code_list, code, valid_from, valid_to, label_zh, label_en, source, verified, attributes, state,
                    sequence, event_id)
    ON CONFLICT (code_list, code, valid_from) DO UPDATE
       SET valid_to = EXCLUDED.valid_to, label_zh = EXCLUDED.label_zh, label_en = EXCLUDED.label_en,
           source = EXCLUDED.source, verified = EXCLUDED.verified, attributes = EXCLUDED.attributes,
           state = EXCLUDED.state, sequence = EXCLUDED.sequence, event_id = EXCLUDED.event_id,
           event_sequence = EXCLUDED.event_sequence
     WHERE EXCLUDED.sequence > kept.sequence
    """
)
_CODE_LIST = code_entries_table(new_metadata()).c.code_list
_PLAIN = ("code_list", "code", "valid_from", "valid_to", "label_zh", "label_en", "source", "verified")


async def keep_code_entries(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    """Keeps what was said last of each added row; raises Forked for another event under a stored sequence."""
    # a batch may name a row twice, and one statement changes it once
    newest: dict[str, tuple[IncomingEvent, CodeEntryData]] = {}
    for event in sorted(events, key=lambda each: each.sequence):
        assert isinstance(event.data, CodeEntryData)
        newest[event.data.entry] = event, event.data
    said = [newest[entry] for entry in sorted(newest)]
    await refuse_stored_forks(unit.connection, _CODE_LIST, events)
    bound = {name: [getattr(data, name) for _, data in said] for name in _PLAIN}
    bound |= {
        "attributes": [json.dumps(dict(data.attributes)) for _, data in said],
        "state": [str(data.state) for _, data in said],
        "sequence": [event.sequence for event, _ in said],
        "event_id": [event.id for event, _ in said],
    }
    await unit.connection.execute(_KEEP, bound)
    await notify(unit.connection)
