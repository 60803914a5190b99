"""The checks of a photo: their rules, their limits, their results.

The figures are those of photos for the registration of academic credentials (学历证书电子注册图像采集规范); those with
U are unverified.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

WIDTH, HEIGHT = 480, 640
DOTS_PER_INCH = 300
SMALLEST, LARGEST = 20 * 1024, 500 * 1024
"""Bytes of the file as it is sent (U)."""

HEAD_TOP = (50, 110)
EYE_LINE = (200, 300)
FACE_WIDTH = (180, 300)
"""In pixels: the top of the head and the eyes from the upper edge."""

TILT = 5.0
"""Degrees by which the line through the eyes may rise or fall."""

COLOUR_DISTANCE = 25.0
"""ΔE of CIE 1976 between the background and the colour of the profile."""

PROFILES: Mapping[str, tuple[int, int, int]] = {
    "blue": (67, 142, 219),
    "light_blue": (100, 197, 255),
    "white": (255, 255, 255),
}
"""Profile of a school → red, green, blue of its background; `blue` is the default (U)."""

ERRORS = (
    *("photo_format", "photo_pixels", "photo_size", "photo_background", "photo_border", "photo_blur"),
    *("photo_face_missing", "photo_face_several"),
)
"""A photo that breaks one of these is not stored."""

WARNINGS = ("photo_dpi", "photo_head_top", "photo_eye_line", "photo_face_width", "photo_tilt")
"""A photo that breaks one of these, or of which a check was skipped, waits for review."""

RULES = (*ERRORS, *WARNINGS)


class Result(StrEnum):
    """What a check came to; it is skipped where nothing can be measured."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


Measured = float | str | None


@dataclass(frozen=True)
class Check:
    """One check of one photo, with what was measured."""

    rule: str
    state: Result
    measured: Measured = None


def judged(rule: str, passes: bool, measured: Measured = None) -> Check:
    """A check that could be made."""
    return Check(rule, Result.PASSED if passes else Result.FAILED, measured)


def skipped(*rules: str) -> list[Check]:
    """Checks that could not be made."""
    return [Check(rule, Result.SKIPPED) for rule in rules]


def within(rule: str, measured: float, limits: tuple[float, float]) -> Check:
    """A check of a measure that has two limits, both of them allowed."""
    return judged(rule, limits[0] <= measured <= limits[1], round(measured, 1))


def broken_errors(checks: Sequence[Check]) -> list[str]:
    """The rules of errors that failed, in the order of the catalogue."""
    failed = {each.rule for each in checks if each.state is Result.FAILED}
    return [rule for rule in ERRORS if rule in failed]
