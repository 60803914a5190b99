"""The kinds of notices that acts on an entry leave for its graduate."""

from enum import StrEnum


class Notice(StrEnum):
    """What a notice is about; it holds nothing else, the entry and the requests say the rest."""

    CORRECTION_DECIDED = "correction_decided"
    LOCKED_FIELD_CHANGED = "locked_field_changed"
    PHOTO_REFUSED = "photo_refused"
    CONTACT_REQUESTED = "contact_requested"
    ERASURE_DECIDED = "erasure_decided"
