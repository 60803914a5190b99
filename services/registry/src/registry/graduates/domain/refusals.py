"""Why an act on a graduate is refused."""

from collections.abc import Iterable

from common.codes.rules import rule
from common.errors import Conflict, FieldProblem, Forbidden, Invalid, Message
from registry.graduates.domain.entry import StoredGraduate

_STATUS_IS_NOT_GIVEN = Message(
    "状态由学历决定，此后只由人数变更申请改变：请不要填写此项；如需其他状态，请提交人数变更申请，由另一人审批",
    "The status is what the education level says, until a population change gives another one: leave it out, and for"
    " another status ask for a population change which another person approves",
)


class NeedsPopulationChange(Invalid):
    """The act would take a graduate into or out of the population: that takes two people; `field` names its cause."""

    code = "needs_population_change"
    title = rule("needs_population_change").text

    def __init__(self, field: str) -> None:
        text = _STATUS_IS_NOT_GIVEN if field == "status" else self.title
        super().__init__([FieldProblem(f"/{field}", self.code, text)])


class NotEditable(Forbidden):
    """The role may change other fields of the entry, but not these."""

    code = "not_editable"
    title = Message("当前角色不能修改所列字段", "The role may not change these fields")

    def __init__(self, fields: Iterable[str]) -> None:
        super().__init__(problems=[rule(self.code).problem(f"/{field}") for field in fields])


class ChangeReasonRequired(Invalid):
    """A filled field of the student register is to change, and the request does not say why."""

    code = "change_reason_required"
    title = rule("change_reason_required").text

    def __init__(self) -> None:
        super().__init__([rule(self.code).problem("/change_reason")])


class BirthDateContradictsCitizenId(Invalid):
    """The day of birth is not the one in the citizen id; `problems` names what else is wrong, too."""

    code = "birth_date_contradicts_citizen_id"
    title = rule("birth_date_contradicts_citizen_id").text


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


class ErasedPerson(Conflict):
    """The entry is an erased person's and stays as it is, or a number was one's."""

    code = "erased_person"
    title = Message(
        "此人的信息已删除：该记录不再变更，其号码也不再录入",
        "What was stored of this person is erased: the entry stays as it is, and its numbers are not entered again",
    )


def must_not_be_erased(stored: StoredGraduate) -> None:
    """Raises ErasedPerson for an entry of which only codes and days are left."""
    if stored.erased_at is not None:
        raise ErasedPerson


class UnknownGraduate(Invalid):
    """Graduates whom a request names are not known where it says, or outside the scope of who asks: both look alike."""

    code = "unknown_graduate"
    title = rule("unknown_graduate").text


class RetentionEnded(Conflict):
    """The entries of the roster were erased when their retention ended, and its data key was destroyed."""

    code = "retention_ended"
    title = rule("retention_ended").text


class UnknownUnit(Invalid):
    """The school has no such college, major or class; `field` names which of the three."""

    def __init__(self, field: str) -> None:
        super().__init__([rule("unknown_unit").problem(f"/{field}")])
