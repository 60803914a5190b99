"""Why an act on a registration is refused."""

from common.codes.rules import rule
from common.errors import Conflict, Forbidden, Invalid, Message
from destinations.registrations.domain.lifecycle import Action, Stage


class RoleMayNotAct(Forbidden):
    """The role never does this, whatever the state."""

    def __init__(self, action: Action) -> None:
        super().__init__(Message("当前角色不能执行此操作", f"This role may not {action.value} a registration"))


class ActNotPossible(Conflict):
    """The act does not fit the state, or another level holds the registration."""

    def __init__(self, action: Action, stage: Stage, allowed: tuple[Action, ...]) -> None:
        super().__init__(
            "transition_not_allowed",
            Message("当前状态不允许此操作", "The state does not allow this"),
            Message(f"状态 {stage.state} 下不能执行 {action}", f"Not possible: {action} in state {stage.state}"),
            state=stage.state.value,
            allowed_transitions=[each.value for each in allowed],
        )


class SamePerson(Conflict):
    """One person cannot fill two review levels (同一人不得承担两级审核)."""

    def __init__(self, stage: Stage, allowed: tuple[Action, ...]) -> None:
        super().__init__(
            "same_reviewer",
            Message("同一人不得承担两级审核", "One person cannot fill two review levels"),
            state=stage.state.value,
            allowed_transitions=[each.value for each in allowed],
        )


class GraduateWithdrawn(Conflict):
    """The graduate left the population: the registration stays as it is, frozen."""

    def __init__(self, stage: Stage | None = None) -> None:
        super().__init__(
            "graduate_withdrawn",
            Message(
                "该生已不在毕业生名单中，登记已冻结", "The graduate has left the roster; the registration is frozen"
            ),
            state=stage.state.value if stage else None,
            allowed_transitions=[],
        )


class AlreadyRegistered(Conflict):
    """The graduate has a registration that is not voided."""

    def __init__(self, stage: Stage, allowed: tuple[Action, ...]) -> None:
        super().__init__(
            "already_registered",
            Message("该生已有未作废的去向登记", "The graduate has a registration that is not voided"),
            state=stage.state.value,
            allowed_transitions=[each.value for each in allowed],
        )


class UnknownGraduate(Invalid):
    """No such graduate, or one outside the caller's scope: the two look the same."""

    def __init__(self) -> None:
        problem = rule("unknown_graduate").problem("/graduate_id")
        super().__init__([problem], "unknown_graduate", Message("没有该毕业生", "There is no such graduate"))


class ContentRefused(Invalid):
    """The content contradicts itself, or lacks what the act needs."""
