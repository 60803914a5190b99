"""Who belongs to a cohort's population (毕业生总数，含结业), and what its school is called."""

from typing import NamedTuple

COUNTED = ("registered", "completed")
"""States of a graduate who counts."""


class SchoolNames(NamedTuple):
    """Names of a school; None until its event has arrived."""

    name: str | None
    name_en: str | None
