"""How much of a major is shown, and what a skill may not hold."""

import pytest

from registry.talents.domain.consents import TALENT_POOL, consent_texts
from registry.talents.domain.profiles import IdentifyingSkill, ProfilePlan, must_not_name, shown_major


def plan(*skills: str) -> ProfilePlan:
    version = consent_texts()[TALENT_POOL].version
    return ProfilePlan(
        consent_version=version, skills=skills, regions=(), industries=(), positions=(), available_from=None
    )


@pytest.mark.parametrize(
    ("major", "sizes", "shown"),
    [
        # the contract's example: six digits shared by 3, four by 4, two by 17
        ("080902", {"080902": 3, "080901": 1, "081001": 13}, "08"),
        ("080902", {"080902": 5}, "080902"),
        ("080902", {"080902": 4, "080903": 1}, "0809"),
        ("080902", {"080902": 4, "120201": 1}, ""),
        ("080902", {"080902": 4}, None),
        ("080902T", {"080902": 2, "080902T": 3}, "080902"),
        (None, {"": 1, "080902": 9}, ""),
        ("K12", {"K12": 9}, ""),
        ("0809", {"0809": 6}, "0809"),
        ("080902", {}, None),
    ],
)
def test_no_more_of_a_major_is_shown_than_five_share(
    major: str | None, sizes: dict[str, int], shown: str | None
) -> None:
    assert shown_major(major, sizes) == shown


@pytest.mark.parametrize(
    "skill",
    [
        "擅长找张三丰",
        "微信12345",
        "微信１２３４５",
        "a@b",
        "www.me",
        "github.com",
        "https://x",
        "mine.io/cv",
        "张 三丰会计",
    ],
)
def test_a_skill_leads_to_no_person(skill: str) -> None:
    with pytest.raises(IdentifyingSkill) as refused:
        must_not_name(plan("会计", skill), "张三丰")
    assert [each.pointer for each in refused.value.problems] == ["/skills/1"]


def test_words_that_hold_a_short_name_are_no_names() -> None:
    must_not_name(plan("英语 CET-6", "Office 2019", "Literature", "ASP.NET", "Socket.IO", "Node.js"), "Li")
    with pytest.raises(IdentifyingSkill):
        must_not_name(plan("call li now"), "Li")


def test_the_text_of_consent_is_whole_in_both_languages() -> None:
    text = consent_texts()[TALENT_POOL]
    assert "同意" in text.zh
    assert "Consent" in text.en or "consent" in text.en
    assert not text.verified
