"""What is stored about the graduates whom a ZIP file of photos names."""

from collections.abc import Sequence

from common.crypto import FieldCipher
from common.identifiers import Cohort, SchoolCode
from common.sql import Connection
from registry.graduates.storage.numbers import named_row, people_named
from registry.photos.imports.plan import Holders

_FIELDS = ("student_number", "exam_number")


async def holders_of(
    connection: Connection, cipher: FieldCipher, school_code: SchoolCode, cohort: Cohort, numbers: Sequence[str]
) -> Holders:
    """The graduates of a roster by a number of theirs: the student number, else the examinee number."""
    named = {each: named_row(cipher, school_code, 0, dict.fromkeys(_FIELDS, each), None) for each in numbers}
    people = await people_named(connection, cipher, school_code, cohort, list(named.values()))
    holders = {
        number: people.by_student_number.get(row.student_number_index or b"", ())
        or people.by_exam_number.get(row.exam_number_index or b"", ())
        for number, row in named.items()
    }
    return Holders(holders, {each for each, row in named.items() if not holders[each] and people.is_erased(row)})
