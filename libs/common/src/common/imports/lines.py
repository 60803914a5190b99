"""Lines of files by what they say, so that one which comes again is recognised before anything is read of it."""

from collections.abc import Sequence
from operator import itemgetter

from pydantic_core import to_json

from common.codes.spelling import Cell
from common.crypto import FieldCipher
from common.spreadsheets.cells import Unclear
from common.spreadsheets.headers import Header

FINGERPRINT_BYTES = 16

_IN_JSON = frozenset({str, type(None)})


class LineFingerprints:
    """The fingerprints of the lines of one file; `rules` is what their meaning rests on besides the known columns."""

    def __init__(self, header: Header, cipher: FieldCipher, *rules: object) -> None:
        self._places = [*header.positions.values()]
        self._width = 1 + max(self._places)
        self._known = itemgetter(*self._places, self._places[0])
        self._fingerprint = cipher.fingerprints(repr((*rules, [*header.positions])).encode())

    def of(self, cells: Sequence[Cell]) -> bytes | None:
        """The keyed fingerprint of what a line says in the known columns; None if a cell is unclear."""
        row = cells if len(cells) >= self._width else [*cells, *[None] * (self._width - len(cells))]
        said = [*self._known(row)[:-1]]
        kinds = {*map(type, said)}
        if Unclear in kinds:
            return None
        # what `repr` gives of texts, numbers and days differs, whatever stands in a text; JSON takes a quarter of it
        content = to_json(said) if kinds <= _IN_JSON else b"\0" + repr(said).encode()
        return self._fingerprint(content)[:FINGERPRINT_BYTES]
