"""Why an act on a case, or beside one, is refused."""

from common.errors import Conflict, Invalid, Message


class NotIndependent(Conflict):
    """Who wrote or reviewed the content, or belongs to the accused unit, finds nothing in the case."""

    code = "not_independent"
    title = Message(
        "填写或审核过该登记的人员、被反映单位不得认定",
        "Who wrote or reviewed the content, and the accused unit, do not judge it",
    )


class NotCorrected(Conflict):
    """The case was found true, and a linked registration still says the same."""

    code = "not_corrected"
    title = Message(
        "情况属实，所涉登记尚未更正；如不更正，请说明理由",
        "It was found true and a registration is unchanged; correct it, or say why it is not corrected",
    )


class NoTipOff(Conflict):
    """Registrations are linked later to tip-offs alone: the other cases are made with theirs."""

    code = "not_a_tip_off"
    title = Message("仅举报事项可后续关联登记", "Only a tip-off is linked to registrations later")


class NoteRequired(Invalid):
    """An open case doubts the registration: an approval says why it is given all the same."""

    code = "note_required"
    title = Message(
        "该登记有未办结的疑点或核查事项，审核通过须填写说明",
        "An open case doubts the registration: an approval needs a note",
    )


class NoCollege(Invalid):
    """The case belongs to no one college, so none can handle it."""

    code = "no_college"
    title = Message("该事项不属于单一院系，不能交院系办理", "The case belongs to no single college")


class UnknownRegistration(Invalid):
    """A registration that is named is none of the school."""

    code = "unknown_registration"
    title = Message("本校没有该登记", "The school has no such registration")
