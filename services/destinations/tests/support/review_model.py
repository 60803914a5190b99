"""The review of one registration as contract and nothing else says it: a model to compare the product with."""

from collections.abc import Sequence
from dataclasses import dataclass, field

REVIEWER = {"counsellor": "counsellor", "college": "college_officer", "school": "school_officer"}
AUTHORS = ("graduate", *REVIEWER.values())
APPROVALS = {f"{level}-approve": level for level in REVIEWER} | {"void": "school"}
BOUND = ("edit", "submit", "request-void")


@dataclass
class Review:
    """A registration from its draft on; what an act comes to is the code of its refusal, or the state."""

    author: str
    writer: str
    has_college: bool
    has_class: bool
    state: str = "draft"
    effective: bool = False
    levels: list[str] = field(default_factory=list)
    path: list[str] = field(default_factory=list)
    reviewed: dict[str, str] = field(default_factory=dict)
    submitter: str | None = None

    def act(self, role: str, sub: str, act: str, phase: str, reason: bool, season: Sequence[str]) -> str:
        following = self._following(role, act, phase)
        levels = self._own(season) if self.state in ("draft", "returned") else self.levels
        reviewers = list(AUTHORS[2:]) + [REVIEWER[level] for level in levels]
        may = {"confirm": ("graduate",), "dispute": ("graduate",), "return": reviewers}.get(act, AUTHORS)
        if act in APPROVALS:
            may = (REVIEWER[APPROVALS[act]],)
        if role not in may:
            return "forbidden"
        if following is None:
            return "transition_not_allowed"
        level = APPROVALS.get(act)
        if level and sub in {other for at, other in self.reviewed.items() if at != level}:
            return "same_reviewer"
        if level and sub in {self.writer, self.submitter}:
            return "own_record"
        if act in BOUND and (act, self.state) != ("edit", "draft"):
            if phase == "closed":
                return "cohort_closed"
            if phase == "late" and not reason:
                return "late_reason_required"
        self._apply(role, sub, act, following, season)
        return self.state

    def _own(self, levels: Sequence[str]) -> list[str]:
        missing = {"counsellor"} if not self.has_class else set()
        return [each for each in levels if each not in (missing if self.has_college else {"counsellor", "college"})]

    def _following(self, role: str, act: str, phase: str) -> str | None:
        if self.state in ("draft", "returned"):
            if act == "edit":
                return self.state
            if act == "submit":
                return "submitted"
        if self.state in ("draft", "returned", "school_approved") and act == "request-void" and self.effective:
            return "void_requested"
        if self.state == "school_approved" and act == "edit":
            return "school_approved" if role == "school_officer" and phase == "open" else "draft"
        if self.state == "school_approved" and act in ("confirm", "dispute"):
            return "school_approved"
        if not self.path or role != REVIEWER[self.path[0]]:
            return None
        if self.state == "void_requested":
            steps = {"college": ("college-approve", "void_requested"), "school": ("void", "voided")}
            return dict([("return", "school_approved"), steps[self.path[0]]]).get(act)
        return {f"{self.path[0]}-approve": f"{self.path[0]}_approved", "return": "returned"}.get(act)

    def _apply(self, role: str, sub: str, act: str, following: str, season: Sequence[str]) -> None:
        if act in APPROVALS:
            self.reviewed[APPROVALS[act]] = sub
            self.path = self.path[1:]
        if act == "edit":
            self.author, self.writer, self.submitter, self.reviewed = role, sub, None, {}
        if act == "submit":
            self.submitter, self.reviewed, self.path = sub, {}, self._own(season)
            if "counsellor" in (role, self.author):
                self.path = [each for each in self.path if each != "counsellor"]
            self.levels = self.path
        if act == "request-void":
            # a draft that is given up was never submitted: its levels are those of the season by now
            self.levels = self._own(season) if self.state in ("draft", "returned") else self.levels
            self.writer, self.submitter, self.reviewed = "", sub, {}
            self.path = self._own(("college", "school")) if role in ("graduate", "counsellor") else ["school"]
            if role == "college_officer":
                self.submitter, self.reviewed = None, {"college": sub}
        self.state = following
        self.effective = following == "school_approved" or (self.effective and following != "voided")
        if following in ("school_approved", "returned", "voided"):
            self.path = []
