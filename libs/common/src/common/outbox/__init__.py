"""Transactional outbox: events are stored with the state they announce, numbered and sent by one relay, and kept.

The table is at once the queue, the change feed and the source of `replay`.
"""

from common.outbox.append import append
from common.outbox.reached import RaiseStreams, Reached, columns_of, raising
from common.outbox.table import RELAY_STATE, TABLE, outbox_tables

__all__ = ["RELAY_STATE", "TABLE", "RaiseStreams", "Reached", "append", "columns_of", "outbox_tables", "raising"]
