"""The code points of Unicode that a law is tried with."""

from hypothesis import settings

DENSE = 0x3400
"""Below stand the scripts, marks and presentation forms; above, nearly all are ideographs, syllables or reserved."""

ONE_IN = 17


def code_points() -> list[int]:
    """All of Unicode; under the profile `quick` one in 17 of what stands above the dense part."""
    step = ONE_IN if settings.get_current_profile_name() == "quick" else 1
    return [*range(DENSE), *range(DENSE, 0x110000, step)]
