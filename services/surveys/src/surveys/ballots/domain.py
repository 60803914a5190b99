"""What a ballot is, the code that it stands under, and what cannot be had together with ballots."""

import secrets
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import ClassVar
from uuid import UUID

from common.errors import Conflict, FieldProblem, Invalid, Message
from common.identifiers import ResponseId, SchoolCode, WaveId
from surveys.expressions.syntax import names_in, parsed
from surveys.ladders.domain import Channel, Ladder, Step, StepKind
from surveys.populations.domain import PopulationKind
from surveys.privacy.domain import StatementId
from surveys.questionnaires.domain.content import PublishedVersion, QuestionType
from surveys.questionnaires.domain.facts import FACTS
from surveys.questionnaires.domain.lint import facts_named
from surveys.responses.domain import CompletedBy, Completeness, ResponseState
from surveys.roster.domain import SchoolNames
from surveys.waves.domain import Anonymity, Audience, Wave, WavePlan

FEWEST = 30
"""Among fewer who are asked an answer could be recognised."""

PREFIX = "ballot:"
"""Before the code whose digest is kept, so that it is the digest of no link."""

CODE_LENGTH = 22
ALPHABET = "".join(sorted({*string.ascii_letters, *string.digits} - {*"0O1Il"}))
"""Characters that are not taken for one another on paper: 22 of the 57 are 128 bits, and have the form of a token."""

_WAVE_FACTS = frozenset({"wave_cycle"})
_TOO_FEW = Message(f"至少须有 {FEWEST} 名调查对象", f"At least {FEWEST} people must be asked")
_NOT_FOR = Message("不可关联的调查不能有此项", "An unlinkable wave cannot have this")
_NO_LINKS = Message(
    "不可关联的调查没有个人链接，请打印编码条（POST …/code-sheets）或按计划发送",
    "An unlinkable wave has no personal links; print its code sheets (POST …/code-sheets), or send it by its ladder",
)
_ONE_EACH = Message(
    "不可关联的调查只能先发一次邀请，再向全体提醒一次",
    "One invitation, then one reminder to all, nothing else",
)
_NO_HANDING = Message("请用 email、sms 或 wechat", "Use email, sms or wechat: nobody may see who gets which code")
_NO_LINK = Message("提醒不能含 {link}：编码只随邀请发送一次", "A reminder has no {link}: codes go out once")
_BEGUN = Message("本轮已制作链接或编码", "Links or codes of this wave have been made already")


class NotForUnlinkable(Invalid):
    """What would name a person, asked for in a wave whose answers cannot be linked to one."""

    code = "not_for_unlinkable"
    title = Message("不可关联的调查不能有此项", "An unlinkable wave cannot have this")


class TooFewForUnlinkable(Invalid):
    """So few are asked that their answers could be linked to them by guessing."""

    code = "too_few_for_unlinkable"
    title = Message("调查对象太少，答卷可能被认出", "So few are asked that their answers could be recognised")

    def __init__(self) -> None:
        super().__init__([FieldProblem("/anonymity", self.code, _TOO_FEW)])


class AlreadyMade(Conflict):
    """The codes of a wave are made once."""

    code = "already_made"
    title = Message("本轮编码已经制作过，不能再次制作", "The codes of this wave have been made; they are made once")


class SentByLadder(Conflict):
    """The codes of a wave are printed instead of being sent."""

    code = "sent_by_ladder"
    title = Message("本轮按联系计划发送编码，不能另行打印", "The codes of this wave are sent by its ladder")


class NotUnlinkable(Conflict):
    """Codes are of unlinkable waves; the people of others have links."""

    code = "not_unlinkable"
    title = Message("本轮不是不可关联的调查，请使用个人链接", "This wave is not unlinkable: its people have links")


@dataclass(frozen=True)
class Sheets:
    """The codes of a wave, on their way to paper."""

    wave: Wave
    title: Message
    school: SchoolNames
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Consented:
    """What was agreed to, without a time; without `statement_id` the statement that is shipped."""

    statement_id: StatementId | None
    statement_version: int
    sensitive: bool


@dataclass(frozen=True)
class Ballot:
    """选票: one answer, or the place of one, under the digest of its code.

    It has no person, and of times only the week of its submission. `is_opened` once the code was used; `shown_…` is
    the privacy statement that its holder was shown last before consent. `caps` are those under which it holds a place,
    `full_cap` is the one that has just screened it out.
    """

    id: ResponseId
    wave_id: WaveId
    school_code: SchoolCode
    digest: bytes
    version: int
    state: ResponseState
    is_opened: bool
    week: str | None
    shown_statement_id: UUID | None
    shown_statement_version: int | None
    statement_id: StatementId | None
    statement_version: int | None
    sensitive: bool | None
    questions_answered: int
    questions_total: int
    completeness: Completeness | None
    completed_by: CompletedBy | None
    values_ciphertext: bytes | None
    request_digest: bytes | None
    caps: tuple[str, ...] = ()
    full_cap: str | None = None

    effective_version: ClassVar[None] = None
    employer_id: ClassVar[None] = None
    hires: ClassVar[None] = None
    by_phone: ClassVar[bool] = False

    @property
    def is_gone(self) -> bool:
        """Whether nothing of it is left to be taken back: it was, or a cap has screened it out."""
        return self.state in (ResponseState.WITHDRAWN, ResponseState.SCREENED_OUT)

    @property
    def consented(self) -> Consented | None:
        """The consent that counts; None before the first."""
        if self.statement_version is None or self.sensitive is None:
            return None
        return Consented(self.statement_id, self.statement_version, self.sensitive)


def new_code() -> str:
    """A code that cannot be guessed.

    >>> len(new_code())
    22
    """
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def digest_of(code: str) -> bytes:
    """What is kept of a code."""
    return sha256(f"{PREFIX}{code}".encode()).digest()


def spoken_step(step: Step) -> Step:
    """A step with the texts of an unlinkable wave, where it has none of its own."""
    if step.channel is not Channel.EMAIL or step.template is not None or step.body is not None:
        return step
    return replace(step, template=f"{step.kind.value}_unlinkable")


def must_have_no_ladder(plan: WavePlan) -> None:
    """Raises SentByLadder where the codes are sent."""
    if plan.ladder:
        raise SentByLadder


def must_be_unlinkable(plan: WavePlan, asked: PublishedVersion) -> None:
    """Raises NotForUnlinkable for what an unlinkable wave cannot have; of other waves nothing is asked."""
    if plan.anonymity is Anonymity.UNLINKABLE and (problems := [*_settings(plan), *_questions(asked)]):
        raise NotForUnlinkable(problems)


def must_be_enough(anonymity: Anonymity, asked: int) -> None:
    """Raises TooFewForUnlinkable where an unlinkable wave asks so few."""
    if anonymity is Anonymity.UNLINKABLE and asked < FEWEST:
        raise TooFewForUnlinkable


def must_have_links(plan: WavePlan) -> None:
    """Raises NotForUnlinkable where links of persons are asked for in a wave that has none."""
    if plan.anonymity is Anonymity.UNLINKABLE:
        raise NotForUnlinkable([FieldProblem("/channel", NotForUnlinkable.code, _NO_LINKS)])


def must_have_codes(plan: WavePlan) -> None:
    """Raises NotUnlinkable where codes are asked for in a wave that has none."""
    if plan.anonymity is not Anonymity.UNLINKABLE:
        raise NotUnlinkable


def must_not_have_begun(made: int, setting: str) -> None:
    """Raises Invalid for another setting than links or codes were made for."""
    if made:
        raise Invalid([FieldProblem(f"/{setting}", "links_made", _BEGUN)])


def _settings(plan: WavePlan) -> Iterator[FieldProblem]:
    if plan.audience is not Audience.GRADUATES:
        yield FieldProblem("/audience", NotForUnlinkable.code, _NOT_FOR)
    yield from _steps(plan.ladder)
    if plan.shared_code is not None:
        yield FieldProblem("/shared_code", NotForUnlinkable.code, _NOT_FOR)
    if plan.population.kind is PopulationKind.PANEL:
        yield FieldProblem("/population/kind", NotForUnlinkable.code, _NOT_FOR)
    if plan.edit_hours != 0:
        message = Message("不可关联的答卷提交后不能修改，应为 0", "What was submitted cannot be edited: must be 0")
        yield FieldProblem("/edit_hours", NotForUnlinkable.code, message)
    for at, cap in enumerate(plan.caps):
        if named := sorted((FACTS.keys() - _WAVE_FACTS) & {*names_in(parsed(cap.condition))}):
            yield from _of_names(f"/caps/{at}/condition", "引用的名册信息", "Names of the roster", named)


def _steps(ladder: Ladder) -> Iterator[FieldProblem]:
    """One invitation, sent by us, and one reminder to all, which has no link."""
    for at, step in enumerate(ladder):
        is_expected = step.kind is (StepKind.INVITE, StepKind.REMIND)[at] if at < 2 else False
        if not is_expected:
            yield FieldProblem(f"/ladder/{at}/kind", NotForUnlinkable.code, _ONE_EACH)
        if step.channel is Channel.LINK:
            yield FieldProblem(f"/ladder/{at}/channel", NotForUnlinkable.code, _NO_HANDING)
        reminder = spoken_step(step).texts.body if step.kind is StepKind.REMIND else None
        if reminder is not None and ("{link}" in reminder.zh or "{link}" in reminder.en):
            member = "body" if step.body else "template"
            yield FieldProblem(f"/ladder/{at}/{member}", NotForUnlinkable.code, _NO_LINK)


def _questions(asked: PublishedVersion) -> Iterator[FieldProblem]:
    """One problem for each kind of thing that cannot be asked, with the questions that ask it."""
    files = [each.id for each in asked.questions if each.type is QuestionType.FILE]
    employers = [each.id for each in asked.questions if each.type is QuestionType.EMPLOYER]
    prefilled = [each.id for each in asked.questions if each.prefill is not None]
    named = sorted(facts_named(asked) - _WAVE_FACTS)
    for zh, en, names in (
        ("文件题", "Questions of type file", files),
        ("用人单位题", "Questions of type employer", employers),
        ("按就业登记预填的题", "Questions with prefill", prefilled),
        ("引用的名册信息", "Names of the roster", named),
    ):
        yield from _of_names("/questionnaire_version", zh, en, names)


def _of_names(pointer: str, zh: str, en: str, names: Iterable[str]) -> Iterator[FieldProblem]:
    if listed := ", ".join(names):
        message = Message(f"不可关联的调查不能有{zh}：{listed}", f"{en} cannot be in an unlinkable wave: {listed}")
        yield FieldProblem(pointer, NotForUnlinkable.code, message)
