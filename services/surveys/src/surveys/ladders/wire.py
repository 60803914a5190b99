"""Ladders on the wire."""

from typing import Annotated

from pydantic import Field

from common.errors import Message
from common.http import StrictModel
from surveys.ladders.domain import MAX_BODY, MAX_DAYS, MAX_STEPS, MAX_SUBJECT, Channel, Ladder, Step, StepKind
from surveys.questionnaires.wire.forms import unset


class SubjectForm(StrictModel, from_attributes=True):
    """The subject in both languages."""

    zh: Annotated[str, Field(min_length=1, max_length=MAX_SUBJECT)]
    en: Annotated[str, Field(min_length=1, max_length=MAX_SUBJECT)]


class BodyForm(StrictModel, from_attributes=True):
    """The body in both languages; each must have `{link}` and `{stop}`."""

    zh: Annotated[str, Field(min_length=1, max_length=MAX_BODY)]
    en: Annotated[str, Field(min_length=1, max_length=MAX_BODY)]


class StepForm(StrictModel, from_attributes=True):
    """A step of a ladder; without texts of its own it says those of the template `invite` or `remind`."""

    kind: StepKind
    channel: Channel | None = unset("None of `phone`, which makes people callable")
    after_days: Annotated[int, Field(ge=0, le=MAX_DAYS, description="After the wave opens")]
    template: Annotated[str, Field(min_length=1, max_length=100)] | None = unset(
        "Of email one that is shipped; of others that of the gateway"
    )
    subject: SubjectForm | None = unset("Of email")
    body: BodyForm | None = unset("Must have `{link}` and `{stop}`; may have `{name}`, `{school}`, `{closes_on}`")

    def step(self) -> Step:
        """The domain value."""
        subject, body = (None if said is None else Message(said.zh, said.en) for said in (self.subject, self.body))
        return Step(self.kind, self.channel, self.after_days, self.template, subject, body)


LadderForm = Annotated[list[StepForm], Field(max_length=MAX_STEPS, description="Each at least a day after the other")]
Budget = Annotated[int, Field(ge=0, le=10**10, description="In fen")]


def ladder_of(said: list[StepForm]) -> Ladder:
    """The domain value."""
    return tuple(each.step() for each in said)
