"""Evidence (证明材料): which kinds a destination code needs, the states of a piece, who may do what to it. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType, TypeAlias
from uuid import UUID

from common.approvals.domain import TransitionNotAllowed
from common.codes.rules import rule
from common.errors import Conflict, FieldProblem, Forbidden, Invalid, Message
from common.identifiers import Cohort, GraduateId, RegistrationId, SchoolCode
from common.objects import ObjectName
from destinations.evidence_checks.findings import Fault
from destinations.seasons.domain import EvidenceRule

EvidenceId = NewType("EvidenceId", UUID)

MAX_PIECES = 10
"""Of one registration; refused ones do not count."""

KEPT_YEARS = 3
"""教学厅函〔2020〕19号: three years at least."""


class Kind(StrEnum):
    """What a piece is; proofs of internship and probation are none of them."""

    AGREEMENT_FORM = "agreement_form"
    ACCEPTANCE_LETTER = "acceptance_letter"
    FORCES_AGREEMENT = "forces_agreement"
    FOREIGN_ACCEPTANCE = "foreign_acceptance"
    LABOUR_CONTRACT = "labour_contract"
    EMPLOYER_CERTIFICATE = "employer_certificate"
    WAGE_PROOF = "wage_proof"
    APPOINTMENT = "appointment"
    ENLISTMENT_NOTICE = "enlistment_notice"
    PROGRAMME_NOTICE = "programme_notice"
    SERVICE_AGREEMENT = "service_agreement"
    BUSINESS_LICENCE = "business_licence"
    SHAREHOLDER_PROOF = "shareholder_proof"
    INCUBATOR_AGREEMENT = "incubator_agreement"
    SHOP_PAGE = "shop_page"
    INCOME_FLOW = "income_flow"
    OWN_STATEMENT = "own_statement"
    ADMISSION_NOTICE = "admission_notice"
    VISA = "visa"
    TARGETED_RELEASE = "targeted_release"
    DISPUTE_PROOF = "dispute_proof"
    OTHER = "other"


class State(StrEnum):
    """Where a piece stands. `outdated` is what was checked and not rejected, of another destination than today's."""

    CHECKING = "checking"
    PENDING = "pending"
    REFUSED = "refused"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    OUTDATED = "outdated"


COUNTING = (State.CHECKING, State.PENDING, State.ACCEPTED)
"""What was sent and not found wanting, unless it is outdated."""


class Decision(StrEnum):
    """What an officer does to a piece, once."""

    ACCEPT = "accept"
    REJECT = "reject"


OF_ANY_CODE = frozenset({Kind.TARGETED_RELEASE, Kind.DISPUTE_PROOF, Kind.OTHER})
"""Kinds that may be sent for every destination; none needs them."""

Needed: TypeAlias = Sequence[Collection[Kind]]
"""Of each group one kind is needed."""

_PROGRAMME = ({Kind.PROGRAMME_NOTICE, Kind.SERVICE_AGREEMENT},)
NEEDED_BY_PREFIX: Mapping[str, Needed] = {
    "10": ({Kind.AGREEMENT_FORM, Kind.ACCEPTANCE_LETTER, Kind.FORCES_AGREEMENT, Kind.FOREIGN_ACCEPTANCE},),
    "11": ({Kind.LABOUR_CONTRACT},),
    "12": ({Kind.EMPLOYER_CERTIFICATE, Kind.WAGE_PROOF},),
    "27": ({Kind.APPOINTMENT},),
    "46": ({Kind.ENLISTMENT_NOTICE},),
    "50": _PROGRAMME,
    "51": _PROGRAMME,
    "75": ({Kind.BUSINESS_LICENCE, Kind.SHAREHOLDER_PROOF},),
    "752": ({Kind.INCUBATOR_AGREEMENT},),
    "753": ({Kind.SHOP_PAGE}, {Kind.INCOME_FLOW}),
    "76": ({Kind.OWN_STATEMENT},),
    "8": ({Kind.ADMISSION_NOTICE},),
    "85": ({Kind.ADMISSION_NOTICE}, {Kind.VISA}),
}
"""Destination codes by their beginning, the longest of which counts; other codes need nothing."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One piece as it is stored; `name` is that of its file, None once that is gone.

    `outcome` is its state but for `is_outdated`. `sha256` is of the file as it was sent, `stored_sha256` of the one
    that is or was kept. The texts are None once they were erased. `uploaded_by` is a subject, which no answer shows.
    """

    id: EvidenceId
    registration_id: RegistrationId
    graduate_id: GraduateId
    school_code: SchoolCode
    version: int
    kind: Kind
    title: str | None
    issued_on: date | None
    media_type: str
    outcome: State
    is_outdated: bool
    rule: Fault | None
    reason: str | None
    sha256: bytes
    stored_sha256: bytes | None
    keep_until: date
    hold: bool
    uploaded_by: str
    uploaded_by_role: str
    decided_by_role: str | None
    decided_at: datetime | None
    deleted_on: date | None
    recorded_at: datetime
    name: ObjectName | None
    name_words: tuple[str, ...] | None = None

    def __repr__(self) -> str:
        return "Piece(…)"

    @property
    def state(self) -> State:
        """The state that callers see."""
        hidden = self.outcome in {State.PENDING, State.ACCEPTED} and self.is_outdated
        return State.OUTDATED if hidden else self.outcome


@dataclass(frozen=True)
class Standing:
    """Kinds of the pieces of a registration: those sent and not found wanting, and those accepted among them."""

    sent: frozenset[Kind] = frozenset()
    accepted: frozenset[Kind] = frozenset()


@dataclass(frozen=True)
class Demand:
    """What the season asks of a registration's evidence, and what of it is there."""

    rule: EvidenceRule = EvidenceRule.NONE
    standing: Standing = Standing()

    def is_met(self, destination_code: str, *, last: bool = False) -> bool:
        """Whether the destination may be submitted or approved; `last` for the approval by which it takes effect."""
        if self.rule is EvidenceRule.SUBMIT:
            return complete(destination_code, self.standing.sent)
        return self.rule is EvidenceRule.NONE or not last or complete(destination_code, self.standing.accepted)


NOTHING_ASKED = Demand()


class EvidenceKindRefused(Invalid):
    """The kind is none, or none for this destination."""

    code = "evidence_kind_refused"
    title = rule("evidence_kind_refused").text

    def __init__(self, destination_code: str) -> None:
        kinds = sorted(taken(destination_code))
        message = Message(
            f"去向 {destination_code} 可上传的材料类型：{'、'.join(kinds)}；不接受实习、见习、试用证明",
            f"Kinds for destination {destination_code}: {', '.join(kinds)}; no proof of internship or probation",
        )
        super().__init__([FieldProblem("/kind", self.code, message)])


class TooManyPieces(Conflict):
    """The registration has as many pieces as one may have."""

    code = "too_many_pieces"
    title = Message(
        f"一条登记最多 {MAX_PIECES} 份证明材料（未通过检查的不计）",
        f"A registration has at most {MAX_PIECES} pieces of evidence, refused ones not counted",
    )


class AlreadyDecided(Conflict):
    """What is decided once was decided: a piece, a difference."""

    code = "already_decided"
    title = Message("已作出决定，不能再次决定", "It was decided already")

    def __init__(self, state: StrEnum) -> None:
        super().__init__(state=state.value, allowed_transitions=[])


class OwnRecord(Conflict):
    """Who sent a piece does not decide it."""

    code = "own_record"
    # as of registrations: one code has one page
    title = Message("填报人、提交人、作废申请人不得审核", "Who wrote, submitted or asked for this does not approve it")

    def __init__(self, state: State) -> None:
        detail = Message("不得审核本人上传的材料", "Who sent the evidence cannot decide it")
        super().__init__(detail, state=state.value, allowed_transitions=[])


def needed(destination_code: str) -> Needed:
    """What a destination needs: of each group one kind."""
    ends = range(len(destination_code), 0, -1)
    return next((NEEDED_BY_PREFIX[part] for end in ends if (part := destination_code[:end]) in NEEDED_BY_PREFIX), ())


def taken(destination_code: str) -> frozenset[Kind]:
    """The kinds that may be sent for a destination."""
    return OF_ANY_CODE.union(*needed(destination_code))


def complete(destination_code: str, kinds: Collection[Kind]) -> bool:
    """Whether pieces of these kinds are all that a destination needs.

    >>> complete("753", {Kind.SHOP_PAGE}), complete("70", set())
    (False, True)
    """
    return all(any(kind in kinds for kind in group) for group in needed(destination_code))


def kind_for(destination_code: str, named: str) -> Kind:
    """The kind by its name; raises EvidenceKindRefused for one that the destination does not take."""
    if named not in taken(destination_code):
        raise EvidenceKindRefused(destination_code)
    return Kind(named)


def keep_until(cohort: Cohort, uploaded_on: date) -> date:
    """The last day on which a piece must be kept; 29 February counts to 1 March."""
    since = max(uploaded_on, date(cohort, 8, 31))
    try:
        return since.replace(year=since.year + KEPT_YEARS)
    except ValueError:
        return date(since.year + KEPT_YEARS, 3, 1)


def must_be_decidable(piece: Piece, subject: str) -> None:
    """Raises AlreadyDecided, TransitionNotAllowed for a piece that is not to be decided now, OwnRecord."""
    if piece.outcome in {State.ACCEPTED, State.REJECTED}:
        raise AlreadyDecided(piece.state)
    if piece.state is not State.PENDING:
        raise TransitionNotAllowed(piece.state, ())
    if piece.uploaded_by == subject:
        raise OwnRecord(piece.state)


def must_be_deletable(piece: Piece, subject: str, *, in_draft: bool) -> None:
    """Raises Forbidden for another person than who sent it, AlreadyDecided, TransitionNotAllowed beyond a draft."""
    if piece.uploaded_by != subject:
        raise Forbidden
    if piece.outcome in {State.ACCEPTED, State.REJECTED}:
        raise AlreadyDecided(piece.state)
    if not in_draft or piece.hold:
        raise TransitionNotAllowed(piece.state, ())


def must_be_holdable(piece: Piece, *, hold: bool) -> None:
    """Raises TransitionNotAllowed for a piece that is held already, or is not, and for one without a file."""
    if piece.hold is hold or piece.name is None:
        raise TransitionNotAllowed(piece.state, ())


def must_have_file(piece: Piece) -> ObjectName:
    """The file of a piece that was checked; raises TransitionNotAllowed for one without a file, or not yet checked."""
    if piece.name is None or piece.outcome is State.CHECKING:
        raise TransitionNotAllowed(piece.state, ())
    return piece.name
