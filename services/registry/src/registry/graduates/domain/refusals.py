"""Why an act on a graduate is refused."""

from common.codes.rules import rule
from common.errors import Conflict, Invalid, Message


class NeedsPopulationChange(Invalid):
    """The act would take a graduate into or out of the population: that takes two people; `field` names its cause."""

    code = "needs_population_change"
    title = rule("needs_population_change").text

    def __init__(self, field: str) -> None:
        super().__init__([rule("needs_population_change").problem(f"/{field}")])


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
