"""Why an act on a registration is refused."""

from common.codes.rules import rule
from common.errors import Conflict, Forbidden, Invalid, Message
from destinations.registrations.domain.lifecycle import Action, Stage


class RoleMayNotAct(Forbidden):
    """The role never does this, whatever the state."""

    def __init__(self, action: Action) -> None:
        super().__init__(Message("当前角色不能执行此操作", f"This role may not {action.value} a registration"))


class RefusedInStage(Conflict):
    """The act meets a registration in a stage that does not allow it; `allowed` is what this caller may do there."""

    def __init__(self, stage: Stage, allowed: tuple[Action, ...], detail: Message | None = None) -> None:
        allowed_transitions = [each.value for each in allowed]
        super().__init__(detail=detail, state=stage.state.value, allowed_transitions=allowed_transitions)


class ActNotPossible(RefusedInStage):
    """The act does not fit the state, or another level holds the registration."""

    code = "transition_not_allowed"
    title = Message("当前状态不允许此操作", "The state does not allow this")

    def __init__(self, action: Action, stage: Stage, allowed: tuple[Action, ...]) -> None:
        detail = Message(f"状态 {stage.state} 下不能执行 {action}", f"Not possible: {action} in state {stage.state}")
        super().__init__(stage, allowed, detail)


class SamePerson(RefusedInStage):
    """One person cannot fill two review levels (同一人不得承担两级审核)."""

    code = "same_reviewer"
    title = Message("同一人不得承担两级审核", "One person cannot fill two review levels")


class OwnRecord(RefusedInStage):
    """Who wrote or submitted something, or asked for a void, approves it at no level (本人填报、提交的不得自审)."""

    code = "own_record"
    title = Message("填报人、提交人、作废申请人不得审核", "Who wrote, submitted or asked for this does not approve it")


class CohortClosed(Conflict):
    """The cohort's closing day has passed (届次已关闭): with the stage in which a registration stays."""

    code = "cohort_closed"
    title = Message("该届次已关闭，不再变更", "The cohort is closed; nothing changes any more")

    def __init__(self, stage: Stage | None = None, allowed: tuple[Action, ...] = ()) -> None:
        super().__init__(
            state=stage.state.value if stage else None, allowed_transitions=[each.value for each in allowed]
        )


class TargetedUnitMismatch(RefusedInStage):
    """The graduate was trained for a unit, and the registration names another employer (定向委培单位不符)."""

    code = "targeted_unit_mismatch"
    title = Message(
        "定向或委培毕业生的单位须为定向委培单位，否则须先提交并通过解除协议的证明材料",
        "A graduate trained for a unit goes to that unit, or needs an accepted evidence of the kind targeted_release",
    )


class AlreadyRegistered(RefusedInStage):
    """The graduate has a registration that is not voided."""

    code = "already_registered"
    title = Message("该生已有未作废的去向登记", "The graduate has a registration that is not voided")


class GraduateWithdrawn(Conflict):
    """The graduate left the population: the registration stays as it is, frozen."""

    code = "graduate_withdrawn"
    title = Message(
        "该生已不在毕业生名单中，登记已冻结", "The graduate has left the roster; the registration is frozen"
    )

    def __init__(self, stage: Stage | None = None) -> None:
        super().__init__(state=stage.state.value if stage else None, allowed_transitions=[])


class ErasedPerson(Conflict):
    """Nothing is kept of the person but codes and days: the registration stays as it is, frozen."""

    code = "erased_person"
    title = Message(
        "该毕业生的个人信息已删除，登记已冻结", "The graduate's personal data are erased; the registration is frozen"
    )

    def __init__(self, stage: Stage | None = None) -> None:
        super().__init__(state=stage.state.value if stage else None, allowed_transitions=[])


class UnknownGraduate(Invalid):
    """No such graduate, or one outside the caller's scope: the two look the same."""

    code = "unknown_graduate"
    title = Message("没有该毕业生", "There is no such graduate")

    def __init__(self) -> None:
        super().__init__([rule("unknown_graduate").problem("/graduate_id")])


class ContentRefused(Invalid):
    """The content contradicts itself, or lacks what the act needs."""


class EvidenceMissing(Invalid):
    """The season asks for evidence that the destination needs, and that was not sent."""

    code = "evidence_missing"
    title = rule("evidence_missing").text

    def __init__(self) -> None:
        super().__init__([rule("evidence_missing").problem("/evidence")])


class EvidenceNotThere(RefusedInStage):
    """The season asks for evidence to approve, and it was not sent or not accepted."""

    code = EvidenceMissing.code
    title = EvidenceMissing.title


class LateReasonRequired(Invalid):
    """The last day of changes has passed: a change says why it comes so late (逾期变更须说明原因)."""

    code = "late_reason_required"
    title = rule("late_reason_required").text

    def __init__(self) -> None:
        super().__init__([rule("late_reason_required").problem("/late_reason")])
