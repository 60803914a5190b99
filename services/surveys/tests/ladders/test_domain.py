"""What a ladder may be, and which of its steps may still be changed."""

from dataclasses import replace

import pytest

from common.errors import Message
from surveys.ladders.domain import NEEDED, Channel, Step, StepKind, first_difference, library, problems_of

INVITE = Step(StepKind.INVITE, Channel.EMAIL, 0)
REMIND = Step(StepKind.REMIND, Channel.EMAIL, 7)
CALL = Step(StepKind.PHONE, None, 14)


def said(words: str) -> Message:
    return Message(words, words)


@pytest.mark.parametrize(
    ("step", "pointer", "rule"),
    [
        (replace(REMIND, after_days=0), "/ladder/1/after_days", "a_day_apart"),
        (replace(REMIND, channel=None), "/ladder/1/channel", "required"),
        (replace(REMIND, template="letter"), "/ladder/1/template", "unknown_template"),
        (replace(CALL, channel=Channel.SMS), "/ladder/1/channel", "not_allowed"),
        (replace(CALL, body=said("{link} {stop}")), "/ladder/1/body", "not_allowed"),
        (replace(REMIND, body=Message("{link} {stop}", "{link}")), "/ladder/1/body/en", "placeholder_missing"),
        (replace(REMIND, body=Message("{stop}", "{link}{stop}")), "/ladder/1/body/zh", "placeholder_missing"),
        (
            replace(REMIND, body=Message("{link}{stop}{phone}", "{link}{stop}")),
            "/ladder/1/body/zh",
            "placeholder_unknown",
        ),
        (replace(REMIND, subject=Message("一\n二", "one")), "/ladder/1/subject/zh", "one_line"),
    ],
)
def test_what_is_wrong_with_a_step_is_named(step: Step, pointer: str, rule: str) -> None:
    assert [(each.pointer, each.rule) for each in problems_of([INVITE, step])] == [(pointer, rule)]


def test_a_ladder_of_all_kinds_has_nothing_wrong() -> None:
    gateway = Step(StepKind.REMIND, Channel.SMS, 3, template="SMS_1234")
    own = replace(REMIND, subject=said("{school}"), body=said("{name} {link} {stop} {closes_on}"))
    assert not [*problems_of([INVITE, gateway, own, CALL])]


def test_the_shipped_texts_have_what_a_body_must_have_in_both_languages() -> None:
    assert library().keys() == {"invite", "remind", "invite_unlinkable", "remind_unlinkable"}
    for name, each in library().items():
        lacking = {need for need in NEEDED for words in vars(each.body).values() if f"{{{need}}}" not in words}
        # what would lead to an answer goes out once, and not with a reminder
        assert lacking == ({"link"} if name == "remind_unlinkable" else set())
        step = Step(StepKind.REMIND, Channel.EMAIL, 1, None, each.subject, each.body)
        assert {problem.rule for problem in problems_of([step])} == ({"placeholder_missing"} if lacking else set())


def test_a_step_without_texts_says_those_of_its_template_or_of_its_kind() -> None:
    assert INVITE.texts == library()["invite"]
    assert replace(INVITE, template="remind").texts == library()["remind"]
    own = replace(INVITE, body=said("{link} {stop}"))
    assert (own.texts.subject, own.texts.body) == (library()["invite"].subject, own.body)


@pytest.mark.parametrize(
    ("after", "day"),
    [
        ((INVITE, REMIND, CALL), None),
        ((INVITE, REMIND), 14),
        ((INVITE, REMIND, replace(CALL, after_days=10)), 10),
        ((INVITE, replace(REMIND, after_days=9), CALL), 7),
        ((replace(INVITE, template="remind"), REMIND, CALL), 0),
        ((INVITE, REMIND, CALL, replace(CALL, after_days=20)), 20),
        ((), 0),
    ],
)
def test_a_change_is_told_by_the_first_day_that_it_concerns(after: tuple[Step, ...], day: int | None) -> None:
    assert first_difference((INVITE, REMIND, CALL), after) == day
