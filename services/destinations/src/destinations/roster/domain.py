"""Graduates as this service knows them."""

from dataclasses import dataclass

from common.identifiers import ClassCode, Cohort, CollegeCode, GraduateId, MajorCode, SchoolCode

COUNTED = frozenset({"registered", "completed"})
"""学籍状态 that belong to the population; a graduate of any other status has left it."""


@dataclass(frozen=True)
class Graduate:
    """毕业生: where a graduate belongs, and whether the population counts this person."""

    id: GraduateId
    school_code: SchoolCode
    cohort: Cohort
    college_code: CollegeCode | None
    major_code: MajorCode | None
    class_code: ClassCode | None
    education_level_code: str | None
    status: str

    @property
    def counted(self) -> bool:
        """False once the graduate has withdrawn, was transferred, or studies on: the registration is then frozen."""
        return self.status in COUNTED
