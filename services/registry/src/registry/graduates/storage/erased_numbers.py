"""What is kept of an erased person: a hash of each number, by which the same number is recognised when it comes again.

The hash is keyed, and its key is made of the service's own data key: neither a new ring nor rotated indexes change it.
"""

from collections.abc import Mapping
from typing import Any

from common.crypto import DataCipher
from common.identifiers import Cohort, SchoolCode

HASHED = ("student_number", "exam_number", "citizen_id")
"""The numbers that name one person within a school's cohort."""

_PURPOSE = "erased number"


def number_hashes(data: DataCipher, school_code: SchoolCode, cohort: Cohort, content: Mapping[str, Any]) -> list[bytes]:
    """The hash of each number of an entry, as stored there, in its school and cohort: 32 bytes each.

    `data` is the cipher of the service's own data key (`key_of_service`).
    """
    return [
        data.digest(_PURPOSE, f"{field}|{school_code}|{cohort}|{content[field]}".encode())
        for field in HASHED
        if content.get(field)
    ]
