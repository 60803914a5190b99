"""The rows of a snapshot as text: what its hash is taken of; pure."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from indicators.snapshots.domain.snapshots import Moment

FORMAT = "quxiang-snapshot/1"

FIELDS = (
    "graduate_id", "college_code", "major_code", "class_code", "education_level_code", "sex_code", "origin_place_code",
    "urban_rural", "ethnicity_code", "hardship_code", "training_mode_code", "teacher_training_code", "study_form",
    "destination_code", "flexible", "employer_nature_code", "industry_code", "place_code", "position_code",
    "study_level_code", "abroad_country_code",
)  # fmt: skip
"""Of one graduate, in the order of a line."""

_ESCAPES = str.maketrans({each: f"\\{each}" for each in "\\|\n"})
_OF_COPY = re.compile(rb"\\(.)")
_LETTERS = {b"n": b"\\\n", b"b": b"\b", b"f": b"\f", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
"""What PostgreSQL names by a letter, as a line has it: of all these only LF is escaped here."""

_DESTINATION, _FLEXIBLE = FIELDS.index("destination_code"), FIELDS.index("flexible")


def head_of(moment: Moment) -> str:
    """The first line: of what the rows are."""
    known_at = instant_text(moment.known_at)
    about = (moment.school_code, moment.cohort, moment.kind.value, moment.as_of, known_at, moment.revision)
    return "|".join([FORMAT, *map(str, about)]) + "\n"


def line_of(row: Sequence[object]) -> str:
    """The line of a graduate with the values of FIELDS; the mark of flexible employment needs a destination."""
    texts = ["" if value is None else str(value) for value in row]
    texts[_FLEXIBLE] = f"{int(bool(row[_FLEXIBLE]))}" if row[_DESTINATION] is not None else ""
    line = "|".join(texts)
    # as good as none has anything to escape, and looking at each value takes longer than all the rest
    if line.count("|") >= len(FIELDS) or "\\" in line or "\n" in line:
        line = "|".join(each.translate(_ESCAPES) for each in texts)
    return line + "\n"


def lines_of_copy(copied: bytes) -> bytes:
    """Lines as `line_of` has them, from those that PostgreSQL copies out with `|` between the values of FIELDS."""
    if b"\\" not in copied:
        return copied
    return _OF_COPY.sub(lambda found: _LETTERS.get(found[1], found[0]), copied)


def instant_text(at: datetime) -> str:
    """An instant in UTC with `Z`, six decimals only if it is not whole."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
