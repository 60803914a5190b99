"""What is stored about the graduates whom a ZIP file of photos names."""

from collections.abc import Mapping, Sequence

from common.crypto import FieldCipher
from common.identifiers import Cohort, SchoolCode
from common.sql import Connection
from registry.graduates.domain.resolving import NamedRow, RosterPerson
from registry.graduates.storage.numbers import people_named
from registry.graduates.storage.sealing import number_indexes


async def holders_of(
    connection: Connection, cipher: FieldCipher, school_code: SchoolCode, cohort: Cohort, numbers: Sequence[str]
) -> Mapping[str, Sequence[RosterPerson]]:
    """The graduates of a roster by a number of theirs: the student number, else the examinee number."""
    named = {
        number: NamedRow(
            0, **number_indexes(cipher, {"student_number": number, "exam_number": number}), name_indexes=()
        )
        for number in numbers
    }
    people = await people_named(connection, school_code, cohort, list(named.values()))
    return {
        number: people.by_student_number.get(row.student_number_index or b"", ())
        or people.by_exam_number.get(row.exam_number_index or b"", ())
        for number, row in named.items()
    }
