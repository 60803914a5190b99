"""The face in a photo, by the cascades that come with OpenCV; where that is not installed nothing is measured."""

import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from registry.photo_checks import background
from registry.photo_checks.background import Lab
from registry.photo_checks.picture import Pixels
from registry.photo_checks.rules import (
    EYE_LINE,
    FACE_WIDTH,
    HEAD_TOP,
    HEIGHT,
    TILT,
    WIDTH,
    Check,
    judged,
    skipped,
    within,
)

try:
    import cv2
except ImportError:
    cv2 = None  # type: ignore[assignment]

FACES = ("photo_face_missing", "photo_face_several")
PLACES = ("photo_head_top", "photo_face_width", "photo_eye_line", "photo_tilt")

SMALLEST_FACE = 70
"""Pixels; a face behind the sitter is smaller than the sitter's, and may count, too."""

SHARP = 12.0
"""Variance of the Laplacian of a face's grey values, below which it is blurred (U)."""

_EYE_OF_FACE = 0.13
_LUMINANCE = np.array([0.299, 0.587, 0.114])


@dataclass(frozen=True)
class Box:
    """A part of a photo, in pixels."""

    left: int
    top: int
    width: int
    height: int

    @property
    def centre(self) -> tuple[float, float]:
        """Column and row."""
        return self.left + self.width / 2, self.top + self.height / 2

    def overlaps(self, other: "Box") -> bool:
        """True where the two have a pixel in common."""
        apart_across = self.left + self.width <= other.left or other.left + other.width <= self.left
        apart_down = self.top + self.height <= other.top or other.top + other.height <= self.top
        return not (apart_across or apart_down)


CENTRE = Box(WIDTH // 4, HEIGHT // 4, WIDTH // 2, HEIGHT // 2)
"""Where a face is expected if none can be looked for."""


def checks(pixels: Pixels, upper: Lab) -> list[Check]:
    """All checks of the face and of how sharp it is."""
    grey = np.round(pixels @ _LUMINANCE).astype(np.uint8)
    if cv2 is None:
        return [_sharpness(grey, CENTRE), *skipped(*FACES, *PLACES)]
    faces = _found("frontalface_alt2", grey, SMALLEST_FACE)
    face = max(faces, key=lambda each: each.width, default=None)
    if face is None:
        return [_sharpness(grey, CENTRE), judged(FACES[0], passes=False, measured=0), *skipped(FACES[1], *PLACES)]
    others = [each for each in faces if not each.overlaps(face)]
    counted = 1 + len(others)
    found = [judged(FACES[0], passes=True, measured=counted), judged(FACES[1], not others, counted)]
    return [_sharpness(grey, face), *found, *_places(grey, upper, face)]


def _places(grey: NDArray[np.uint8], upper: Lab, face: Box) -> list[Check]:
    top = background.head_top(upper, face.left, face.left + face.width)
    head = skipped("photo_head_top") if top is None else [within("photo_head_top", top, HEAD_TOP)]
    width = within("photo_face_width", face.width, FACE_WIDTH)
    eyes = _eyes(grey, face)
    if eyes is None:
        return [*head, width, *skipped("photo_eye_line", "photo_tilt")]
    (left, high), (right, low) = eyes
    tilt = abs(math.degrees(math.atan2(low - high, right - left)))
    return [
        *head,
        width,
        within("photo_eye_line", (high + low) / 2, EYE_LINE),
        judged("photo_tilt", tilt <= TILT, round(tilt, 1)),
    ]


def _eyes(grey: NDArray[np.uint8], face: Box) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """The centres of both eyes, the left one in the photo first; None where one of them is not found."""
    upper = grey[face.top : face.top + int(face.height * 0.6), face.left : face.left + face.width]
    found = _found("eye", upper, int(face.width * _EYE_OF_FACE))
    halves = [[each for each in found if (each.centre[0] < face.width / 2) is first] for first in (True, False)]
    if not all(halves):
        return None
    # of several the largest: a brow or a nostril is smaller
    left, right = (max(half, key=lambda each: each.width).centre for half in halves)
    return (left[0] + face.left, left[1] + face.top), (right[0] + face.left, right[1] + face.top)


def _found(cascade: str, grey: NDArray[np.uint8], smallest: int) -> list[Box]:
    found: Any = _detector(cascade).detectMultiScale(
        grey, scaleFactor=1.1, minNeighbors=5, minSize=(smallest, smallest)
    )
    return [Box(*map(int, each)) for each in found]


@cache
def _detector(cascade: str) -> Any:
    return cv2.CascadeClassifier(str(files("cv2") / "data" / f"haarcascade_{cascade}.xml"))


def _sharpness(grey: NDArray[np.uint8], part: Box) -> Check:
    seen = grey[part.top : part.top + part.height, part.left : part.left + part.width].astype(np.float64)
    inner = seen[1:-1, 1:-1]
    laplacian = seen[:-2, 1:-1] + seen[2:, 1:-1] + seen[1:-1, :-2] + seen[1:-1, 2:] - 4 * inner
    sharpness = float(laplacian.var())
    return judged("photo_blur", sharpness >= SHARP, round(sharpness, 1))
