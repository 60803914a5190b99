"""How many answers a wave takes of those for which a condition holds, and what is said once there are enough."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from common.errors import Conflict, FieldProblem, Message
from surveys.expressions.evaluation import Compiled, Scope, compiled
from surveys.expressions.syntax import parsed
from surveys.expressions.values import Value
from surveys.questionnaires.domain.content import Content
from surveys.questionnaires.domain.lint import Lint

MAX_CAPS = 50

_TWICE = Message("编号重复", "This id is used twice")


@dataclass(frozen=True)
class Cap:
    """配额: at most `limit` answers for which the condition holds; `taken` are there, which is no part of the rule."""

    id: str
    condition: str
    limit: int
    taken: int = field(default=0, compare=False)


class CapFull(Conflict):
    """Enough answers of this kind are there: the answer is screened out and erased; names the `cap`, if still known."""

    code = "cap_full"
    title = Message(
        "此类答卷的名额已满，您的答卷未被收下，所填内容已全部删除。感谢您的参与！",
        "Enough answers like yours were given already. Yours was not taken, and all of it is erased. Thank you!",
    )

    def __init__(self, cap: str | None) -> None:
        super().__init__(state="screened_out", allowed_transitions=[], cap=cap)


def problems_of(content: Content, caps: Sequence[Cap]) -> list[FieldProblem]:
    """What is wrong with caps of a wave that asks this: ids used twice, conditions that lint refuses."""
    counted = Counter(cap.id for cap in caps)
    twice = [
        FieldProblem(f"/caps/{at}/id", "duplicate_id", _TWICE) for at, cap in enumerate(caps) if counted[cap.id] > 1
    ]
    conditions = {f"/caps/{at}/condition": cap.condition for at, cap in enumerate(caps)}
    return [*twice, *Lint(content).problems_after(conditions)]


def matching(caps: Iterable[Cap], variables: Mapping[str, Value], day: date) -> list[Cap]:
    """The caps whose condition holds for an answer."""
    scope = Scope(variables, day)
    return [cap for cap in caps if _condition(cap.condition)(scope) is True]


def lowered(before: Sequence[Cap], after: Sequence[Cap]) -> list[str]:
    """Where other caps stand for those of before than with higher limits, as places in a body."""
    if [(cap.id, cap.condition) for cap in before] != [(cap.id, cap.condition) for cap in after]:
        return ["caps"]
    return [
        f"caps/{at}/limit" for at, (old, new) in enumerate(zip(before, after, strict=True)) if new.limit < old.limit
    ]


@lru_cache(maxsize=1_024)
def _condition(text: str) -> Compiled:
    return compiled(parsed(text))
