"""A ladder of steps, what each may say, and the texts of steps that say nothing themselves. Pure."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Any

from common.errors import FieldProblem, Message

MAX_STEPS = 6
MAX_DAYS = 400
"""After the opening; no wave is open for longer."""

MAX_SUBJECT, MAX_BODY = 200, 5_000

NEEDED = ("link", "stop")
"""What a body must have, in braces: the personal link, and how to be left alone."""

PLACEHOLDERS = (*NEEDED, "name", "school", "closes_on")

_PLACEHOLDER = re.compile(r"\{([^{}\n]{0,40})\}")
_APART = Message("每一步须比上一步至少晚一天", "Each step comes at least a day after the one before")
_CHANNEL = Message("请填写渠道：link、email、sms 或 wechat", "Name the channel: link, email, sms or wechat")
_NO_CHANNEL = Message("电话步骤没有渠道和文字", "A step by telephone has neither channel nor texts")
_LACKS = Message("正文须含 {link} 和 {stop}", "The body must have {link} and {stop}")
_UNKNOWN = Message(
    "可用的占位符：{link} {stop} {name} {school} {closes_on}", "Placeholders: {link} {stop} {name} {school} {closes_on}"
)
_TEMPLATE = Message("没有这个模板，可选：invite、remind", "There is no such template: invite, remind")
_ONE_LINE = Message("主题只能有一行", "A subject is one line")


class StepKind(StrEnum):
    """联系步骤: an invitation, a reminder, or from then on a call."""

    INVITE = "invite"
    REMIND = "remind"
    PHONE = "phone"


class Channel(StrEnum):
    """How a message reaches a person; with `link` the survey team hands the link over itself."""

    LINK = "link"
    EMAIL = "email"
    SMS = "sms"
    WECHAT = "wechat"


GATED = (Channel.SMS, Channel.WECHAT)
"""Channels behind the gateway of the school."""


@dataclass(frozen=True)
class Step:
    """联系步骤 of a ladder, so many days after the wave opens; without texts of its own it says those of a template."""

    kind: StepKind
    channel: Channel | None
    after_days: int
    template: str | None = None
    subject: Message | None = None
    body: Message | None = None

    def due_at(self, opens_at: datetime) -> datetime:
        """From when on the step is done."""
        return opens_at + timedelta(days=self.after_days)

    @property
    def texts(self) -> "Texts":
        """What a mail of this step says."""
        shipped = library().get(self.template or "", library()[self.kind.value])
        return Texts(self.subject or shipped.subject, self.body or shipped.body)


@dataclass(frozen=True)
class Texts:
    """Subject and body of a message, with placeholders."""

    subject: Message
    body: Message


Ladder = tuple[Step, ...]


@lru_cache
def library() -> dict[str, Texts]:
    """The texts that are shipped, by the name of their template."""
    read: dict[str, Any] = json.loads((files("surveys.ladders") / "data" / "templates.json").read_text("utf-8"))
    return {name: Texts(Message(**each["subject"]), Message(**each["body"])) for name, each in read.items()}


def first_difference(before: Ladder, after: Ladder) -> int | None:
    """The day after the opening from which on two ladders differ; None for equal ones."""
    at = next((at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), None)
    if at is None:
        if len(before) == len(after):
            return None
        at = min(len(before), len(after))
    return min(step.after_days for ladder in (before, after) for step in ladder[at : at + 1])


def problems_of(ladder: Sequence[Step], *, with_codes: bool = False) -> Iterator[FieldProblem]:
    """What is wrong with a ladder, with pointers into the body of a wave; of `with_codes` reminders have no link."""
    for at, step in enumerate(ladder):
        pointer = f"/ladder/{at}"
        if at and step.after_days <= ladder[at - 1].after_days:
            yield FieldProblem(f"{pointer}/after_days", "a_day_apart", _APART)
        if step.kind is StepKind.PHONE:
            said = [name for name in ("channel", "template", "subject", "body") if getattr(step, name) is not None]
            yield from (FieldProblem(f"{pointer}/{name}", "not_allowed", _NO_CHANNEL) for name in said)
            continue
        if step.channel is None:
            yield FieldProblem(f"{pointer}/channel", "required", _CHANNEL)
        if step.channel is Channel.EMAIL and step.body is None and step.template not in {None, *library()}:
            yield FieldProblem(f"{pointer}/template", "unknown_template", _TEMPLATE)
        needed = NEEDED[1:] if with_codes and step.kind is StepKind.REMIND else NEEDED
        yield from _of_texts(pointer, step, needed)


def _of_texts(pointer: str, step: Step, needed: Sequence[str]) -> Iterator[FieldProblem]:
    for member, text in (("subject", step.subject), ("body", step.body)):
        for language, words in () if text is None else vars(text).items():
            used, place = set(_PLACEHOLDER.findall(words)), f"{pointer}/{member}/{language}"
            if member == "body" and not used.issuperset(needed):
                yield FieldProblem(place, "placeholder_missing", _LACKS)
            if not used.issubset(PLACEHOLDERS):
                yield FieldProblem(place, "placeholder_unknown", _UNKNOWN)
            if member == "subject" and len(words.splitlines()) > 1:
                yield FieldProblem(place, "one_line", _ONE_LINE)
