"""The background of a photo: its colour, a border around it, and where the head begins."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from registry.photo_checks.picture import Pixels
from registry.photo_checks.rules import COLOUR_DISTANCE, HEIGHT, WIDTH, Check, judged

UPPER = int(0.45 * HEIGHT)
"""Rows in which the outer columns show background: shoulders come below."""

OUTER = 56
TOP = 32
FRAME = 10
"""Rows or columns at an edge in which a border is looked for."""

UNEVEN = 12.0
"""ΔE from the colour in the middle that nine tenths of the background stay below (U)."""

BORDER = 12.0
"""ΔE between the edge and the background beside it (U)."""

_HEAD = 20.0
_HEAD_SHARE = 0.1
_D65 = np.array([0.95047, 1.0, 1.08883])
_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)

Lab = NDArray[np.float64]
"""Colours of CIE 1976 L*a*b*, by the last axis."""


def lab(colours: NDArray[Any]) -> Lab:
    """The L*a*b* of sRGB colours (IEC 61966-2-1, D65)."""
    part = np.asarray(colours, dtype=np.float64) / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    relative = linear @ _TO_XYZ.T / _D65
    root = np.where(relative > (6 / 29) ** 3, np.cbrt(relative), relative * (29 / 6) ** 2 / 3 + 4 / 29)
    x, y, z = np.moveaxis(root, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def checks(upper: Lab, colour: tuple[int, int, int]) -> list[Check]:
    """Colour and border, judged by the upper rows of a photo in L*a*b*."""
    shown = _background(upper)
    middle = np.median(shown, axis=0)
    distance = float(_apart(middle, lab(np.array(colour))))
    spread = float(np.percentile(_apart(shown, middle), 90))
    even = distance <= COLOUR_DISTANCE and spread <= UNEVEN
    return [judged("photo_background", even, round(max(distance, spread), 1)), _border(upper)]


def upper_lab(pixels: Pixels) -> Lab:
    """The rows of a photo that the background is judged by."""
    return lab(pixels[:UPPER])


def head_top(upper: Lab, left: int, right: int) -> int | None:
    """The first row in which something stands before the background between two columns; None if nothing does."""
    middle = np.median(_background(upper), axis=0)
    share = (_apart(upper[FRAME:, left:right], middle) > _HEAD).mean(axis=1)
    rows = np.flatnonzero(share >= _HEAD_SHARE)
    return int(rows[0]) + FRAME if rows.size else None


def _background(upper: Lab) -> Lab:
    parts = (
        upper[FRAME:TOP, FRAME:-FRAME],
        upper[FRAME:, FRAME:OUTER],
        upper[FRAME:, WIDTH - OUTER : WIDTH - FRAME],
    )
    return np.concatenate([part.reshape(-1, 3) for part in parts])


def _border(upper: Lab) -> Check:
    """Every line of an edge is compared with the background that begins behind it."""
    sides = (upper, upper.transpose(1, 0, 2), upper[:, ::-1].transpose(1, 0, 2))
    widest = 0.0
    for side in sides:
        beside = np.median(side[FRAME + 2 : 2 * FRAME + 2].reshape(-1, 3), axis=0)
        lines = np.median(side[:FRAME], axis=1)
        widest = max(widest, float(_apart(lines, beside).max()))
    return judged("photo_border", widest <= BORDER, round(widest, 1))


def _apart(colours: Lab, other: Lab) -> NDArray[np.float64]:
    distance: NDArray[np.float64] = np.linalg.norm(colours - other, axis=-1)
    return distance
