"""The cases of a .sav, packed: of eight values a byte each, and behind these the values that are in no byte.

By "System File Format" of the manual of PSPP; byte by byte what ReadStat writes.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy

Array = numpy.ndarray[Any, Any]

WIDTH = 8
"""Bytes of a value; texts are as many values as they need."""

SEGMENT = 255
"""Bytes of a text that stand together; behind each such part is a space."""

_PER_SEGMENT = 252
"""Bytes that a dictionary counts as one part of a longer text."""

_BIAS, _LEAST, _MOST = 100.0, -99.0, 151.0
"""Whole numbers between these are in their byte."""

_END, _BEHIND, _SPACES, _MISSING = 252, 253, 254, 255
_BLANK = numpy.frombuffer(b" " * WIDTH, numpy.uint64)[0]


class Cases:
    """Rows of doubles; those of the columns `of_text` are places among the texts."""

    def __init__(self, columns: int, of_text: Sequence[int], texts: Sequence[bytes]) -> None:
        self._columns, self._of_text, self._texts = columns, of_text, texts

    def count(self, blocks: Sequence[bytes]) -> int:
        """How many cases there are."""
        return sum(map(len, blocks)) // (WIDTH * self._columns)

    def longest(self, blocks: Sequence[bytes]) -> Sequence[bytes]:
        """The longest text of each column of texts."""
        lengths, found = numpy.array([*map(len, self._texts), 0]), [-1] * len(self._of_text)
        for block in blocks:
            for place, column in enumerate(self._of_text):
                told = self._rows(block)[:, column].astype(int)
                if len(told):
                    found[place] = max(found[place], told[lengths[told].argmax()], key=lengths.__getitem__)
        return [self._texts[at] if at >= 0 else b"" for at in found]

    def packed(self, blocks: Sequence[bytes], longest: Sequence[int]) -> Iterator[bytes]:
        """The cases, whose texts have at most so many bytes."""
        widths = [*map(_stored_width, longest)]
        for at, block in enumerate(blocks):
            yield _packed(self._values(self._rows(block), widths), is_last=at == len(blocks) - 1)

    def _rows(self, block: bytes) -> Array:
        return numpy.frombuffer(block).reshape(-1, self._columns)

    def _values(self, rows: Array, widths: Sequence[int]) -> tuple[Array, Array]:
        """The values of a row one behind the other, and the byte of each."""
        parts, codes, begin = [], [], 0
        for column, width in zip(self._of_text, widths, strict=True):
            parts += [rows[:, begin:column].view(numpy.uint64), self._text_values(rows[:, column], width)]
            codes += [_number_codes(rows[:, begin:column]), numpy.where(parts[-1] == _BLANK, _SPACES, _BEHIND)]
            begin = column + 1
        parts.append(rows[:, begin:].view(numpy.uint64))
        codes.append(_number_codes(rows[:, begin:]))
        return numpy.hstack(parts), numpy.hstack(codes).astype(numpy.uint8)

    def _text_values(self, told: Array, width: int) -> Array:
        padded = b"".join([_segmented(self._texts[at]).ljust(width) for at in told.astype(int).tolist()])
        return numpy.frombuffer(padded, numpy.uint64).reshape(len(told), -1)


def _number_codes(numbers: Array) -> Array:
    is_in_byte = (numbers >= _LEAST) & (numbers <= _MOST) & (numpy.floor(numbers) == numbers)
    codes = numpy.where(is_in_byte, numbers + _BIAS, _BEHIND)
    return numpy.where(numpy.isnan(numbers), _MISSING, codes)


def _packed(values_and_codes: tuple[Array, Array], *, is_last: bool) -> bytes:
    values, codes = values_and_codes
    count, width = codes.shape
    # the bytes of a row end with some that say nothing, one at least
    blocks = width // WIDTH + 1
    all_codes = numpy.zeros((count, blocks * WIDTH), numpy.uint8)
    all_codes[:, :width] = codes
    units = numpy.zeros((count, blocks, 1 + WIDTH), numpy.uint64)
    is_written = numpy.ones(units.shape, bool)
    is_written[:, :, 1:] = (all_codes == _BEHIND).reshape(count, blocks, WIDTH)
    if is_last and count:
        all_codes[-1, width] = _END
    units[:, :, 0] = all_codes.view(numpy.uint64)
    padded = numpy.zeros((count, blocks * WIDTH), numpy.uint64)
    padded[:, :width] = values
    units[:, :, 1:] = padded.reshape(count, blocks, WIDTH)
    return units[is_written].tobytes()


def _stored_width(longest: int) -> int:
    """Bytes that a text takes which has so many at most."""
    longer = max(longest, 1)
    segments = 1 if longer <= SEGMENT else -(-longer // _PER_SEGMENT)
    rest = longer - (segments - 1) * _PER_SEGMENT
    return (segments - 1) * (SEGMENT + 1) + -(-rest // WIDTH) * WIDTH


def _segmented(text: bytes) -> bytes:
    return b" ".join([text[at : at + SEGMENT] for at in range(0, len(text), SEGMENT)])
