"""Header texts of a file that names graduates."""

from collections.abc import Mapping, Sequence

from common.imports import OWNER_HEADERS, PERSON_HEADERS, Columns
from common.spreadsheets.masking import Identifies

HEADERS: Mapping[str, Sequence[str]] = {**OWNER_HEADERS, **PERSON_HEADERS}
"""Our name of a column → header texts, most usual first."""

COLUMNS = Columns(
    HEADERS,
    needed=[{"name"}, {"student_number", "exam_number"}],
    identifying={
        "student_number": Identifies.BY_NUMBER,
        "exam_number": Identifies.BY_NUMBER,
        "name": Identifies.BY_NAME,
    },
)
