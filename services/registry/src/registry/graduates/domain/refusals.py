"""Why an act on a graduate is refused."""

from common.codes.rules import rule
from common.errors import Conflict, Invalid, Message


class GraduateWithdrawn(Conflict):
    """The act needs a graduate in the population, and this one has left it."""

    code = "graduate_withdrawn"
    title = Message("该毕业生已不在毕业生总数内", "The graduate has left the population")


class StudentNumberInUse(Conflict):
    """Another graduate of the school and cohort has this student number."""

    code = "student_number_in_use"
    title = Message(
        "本校本届另一名毕业生已使用该学号", "Another graduate of the school and cohort has this student number"
    )


class CitizenIdInUse(Conflict):
    """Another graduate of the school and cohort has this citizen id."""

    code = "citizen_id_in_use"
    title = Message(
        "本校本届另一名毕业生已使用该证件号", "Another graduate of the school and cohort has this citizen id"
    )


class ExamNumberInUse(Conflict):
    """Another graduate of the school and cohort has this examinee number; `graduate_id` names one in the scope."""

    code = "exam_number_in_use"
    title = Message(
        "本校本届另一名毕业生已使用该考生号", "Another graduate of the school and cohort has this examinee number"
    )


class UnknownUnit(Invalid):
    """The school has no such college, major or class; `field` names which of the three."""

    def __init__(self, field: str) -> None:
        super().__init__([rule("unknown_unit").problem(f"/{field}")])
