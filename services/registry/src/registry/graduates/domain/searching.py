"""Search for one person by name or number."""

from dataclasses import dataclass
from typing import Self

from common.errors import FieldProblem, Invalid, Message
from common.identifiers import Cohort, SchoolCode
from common.identity import comparable_name, plain_number
from registry.graduates.domain.identity import document_number, phone_digits

_NO_KEY = Message(
    "请至少给出姓名、证件号、学号、考生号、手机号之一", "Give a name, citizen id, student or examinee number, or phone"
)


@dataclass(frozen=True, kw_only=True)
class Sought:
    """The person to look for: the name as written, numbers as stored; None for a key that is not given."""

    name: str | None
    citizen_id: str | None
    student_number: str | None
    exam_number: str | None
    phone: str | None
    school_code: SchoolCode | None
    cohort: Cohort | None

    @classmethod
    def by(
        cls,
        *,
        name: str | None = None,
        citizen_id: str | None = None,
        student_number: str | None = None,
        exam_number: str | None = None,
        phone: str | None = None,
        school_code: SchoolCode | None = None,
        cohort: Cohort | None = None,
    ) -> Self:
        """The person with these keys as written; a blank one counts as absent. Raises Invalid without any key."""
        sought = cls(
            name=name if comparable_name(name or "") else None,
            citizen_id=document_number(citizen_id or "") or None,
            student_number=plain_number(student_number or "") or None,
            exam_number=plain_number(exam_number or "") or None,
            phone=phone_digits(phone or "") or None,
            school_code=school_code,
            cohort=cohort,
        )
        if not any((sought.name, sought.citizen_id, sought.student_number, sought.exam_number, sought.phone)):
            raise Invalid([FieldProblem("", "required", _NO_KEY)])
        return sought
