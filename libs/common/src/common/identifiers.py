"""Names for identifiers, so that no signature takes a bare UUID, string or number for a thing of the field."""

from typing import NewType
from uuid import UUID

GraduateId = NewType("GraduateId", UUID)
"""毕业生: random (version 4), so that no list in file order identifies a person."""

RegistrationId = NewType("RegistrationId", UUID)
"""去向登记."""

OperationId = NewType("OperationId", UUID)
"""Long work: an import, an export."""

QuestionnaireId = NewType("QuestionnaireId", UUID)
"""问卷."""

EmployerId = NewType("EmployerId", UUID)
"""用人单位 in a school's directory of employers to survey."""

WaveId = NewType("WaveId", UUID)
"""跟踪调查轮次."""

InvitationId = NewType("InvitationId", UUID)
"""The invitation of a graduate or an employer to a wave."""

ResponseId = NewType("ResponseId", UUID)
"""答卷."""

SchoolCode = NewType("SchoolCode", str)
"""院校代码: the national five digits."""

NO_SCHOOL = SchoolCode("00000")
"""What files, and events that are about all schools, write where there is no school."""

CollegeCode = NewType("CollegeCode", str)
"""院系代码: a school's own."""

MajorCode = NewType("MajorCode", str)
"""专业代码."""

ClassCode = NewType("ClassCode", str)
"""班级代码: a school's own."""

ProvinceCode = NewType("ProvinceCode", str)
"""省级行政区划代码: six digits, the last four zero."""

Cohort = NewType("Cohort", int)
"""届: the year of graduation."""
