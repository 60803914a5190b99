"""What a school is called."""

from typing import NamedTuple


class SchoolNames(NamedTuple):
    """Names of a school; None until its event has arrived."""

    name: str | None
    name_en: str | None
