"""Tip-offs in SQL; decides nothing.

`receiving` stores what is sent, `reading` finds it again, `keeping` writes files anew, seals by another key, and ends
what is past its day.
"""

from destinations.tip_offs.storage.keeping import (
    end_part,
    erase,
    kept,
    next_waiting,
    past,
    refused,
    reseal_contacts,
    reseal_messages,
)
from destinations.tip_offs.storage.reading import case_of, contact_of, count_messages, file_of, files_of, messages_of
from destinations.tip_offs.storage.receiving import add, count_today, knows_school, received_today, say

__all__ = [
    "add",
    "case_of",
    "contact_of",
    "count_messages",
    "count_today",
    "end_part",
    "erase",
    "file_of",
    "files_of",
    "kept",
    "knows_school",
    "messages_of",
    "next_waiting",
    "past",
    "received_today",
    "refused",
    "reseal_contacts",
    "reseal_messages",
    "say",
]
