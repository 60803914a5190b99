"""Where the photo of a graduate stands."""

from enum import StrEnum


class PhotoState(StrEnum):
    """`none` before the first photo; a photo that is refused stays until another takes its place."""

    NONE = "none"
    TO_REVIEW = "to_review"
    ACCEPTED = "accepted"
    REFUSED = "refused"
