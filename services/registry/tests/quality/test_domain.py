"""Shares are those of a recount, half-up, and a state follows from the tolerance."""

import random
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from common.identifiers import CollegeCode
from registry.graduates.domain.findings import FILLED_BITS, RULE_BITS, RULES
from registry.quality.domain import Alike, FindingState, Report, Tally, Width, percentage, report

C1 = CollegeCode("C1")
ALL_CHECKED = sum(RULE_BITS.values())
PHONE = RULE_BITS["phone_missing"]


def entries(count: int, *, status: str = "registered", college: CollegeCode | None = C1, **bits: Any) -> Alike:
    found = {
        "erased": False,
        "judged": True,
        "filled": 0,
        "checked": ALL_CHECKED,
        "broken": 0,
        "covered": 0,
        "photo": "none",
        "self_check": "unconfirmed",
    }
    return Alike(college_code=college, status=status, count=count, **{**found, **bits})


def reported(
    alike: Iterable[Alike],
    *,
    width: Width = Width.SCHOOL,
    before: int | None = None,
    **tolerances: str,
) -> Report:
    raised = {name: Decimal(given) for name, given in tolerances.items()}
    return report(list(alike), width, raised, before)


def found(stated: Report, name: str) -> tuple[int, int, int, str | None, FindingState]:
    finding = next(each for each in stated.findings if each.rule.id == name)
    share, tally = finding.tally.share, finding.tally
    return tally.checked, tally.broken, tally.waived, None if share is None else str(share), finding.state


@pytest.mark.parametrize(("broken", "share", "state"), [(112, "2.00", "ok"), (113, "2.02", "warning")])
def test_a_share_up_to_the_tolerance_is_ok(broken: int, share: str, state: str) -> None:
    """The example of the contract: 5,000 checked, 12 of those who break the rule waived."""
    alike = [
        entries(12, broken=PHONE, covered=PHONE),
        entries(broken - 12, broken=PHONE),
        entries(5_000 - broken, covered=PHONE),
        entries(7, status="withdrawn", broken=PHONE),
    ]
    assert found(reported(alike), "phone_missing") == (5_000, broken, 12, share, state)


def test_nothing_checked_is_ok() -> None:
    assert found(reported([]), "source_fields_missing") == (0, 0, 0, None, FindingState.OK)
    assert found(reported([entries(1, checked=0)]), "source_fields_missing") == (0, 0, 0, None, FindingState.OK)


def test_a_broken_rule_without_tolerance_has_its_severity() -> None:
    one = [entries(1, broken=RULE_BITS["counted_twice"]), entries(100_000)]
    assert found(reported(one), "counted_twice") == (100_001, 1, 0, "0.00", FindingState.OK)
    two = [entries(1, broken=RULE_BITS["counted_twice"]), entries(9_999)]
    assert found(reported(two), "counted_twice")[3:] == ("0.01", FindingState.ERROR)


def test_a_waiver_raises_the_tolerance() -> None:
    alike = [entries(3, broken=PHONE), entries(97)]
    assert found(reported(alike), "phone_missing")[4] is FindingState.WARNING
    assert found(reported(alike, phone_missing="3.00"), "phone_missing")[4] is FindingState.OK


def test_erased_entries_are_looked_at_where_n_is_the_matter_alone() -> None:
    """The example of the contract: one of 4,974 in N is erased, and stays there."""
    late, left = RULE_BITS["entered_late"], RULE_BITS["left_population"]
    erased: dict[str, Any] = {"erased": True, "checked": 0}
    alike = [
        entries(4_973),
        entries(1, broken=late, **erased),
        entries(25, status="extended", broken=left),
        entries(1, status="extended", broken=left, **erased),
    ]
    stated = reported(alike, before=4_974)
    assert stated.population == {"registered": 4_974, "extended": 26}
    assert found(stated, "left_population") == (5_000, 26, 0, "0.52", FindingState.OK)
    assert found(stated, "size_change")[:2] == (4_974, 0)
    assert found(stated, "entered_late")[:2] == (4_973, 0)
    assert (stated.judged, stated.pending) == (4_973, 0)
    assert sum(stated.photos.values()) == sum(stated.self_checks.values()) == 4_973


def test_who_has_left_is_checked_beside_n() -> None:
    """The example of the contract: of 5,000, fifteen extended, one excluded, ten never in N."""
    left = RULE_BITS["left_population"]
    alike = [
        entries(4_974),
        *(entries(count, status=status, broken=left) for count, status in ((15, "extended"), (1, "excluded"))),
        entries(10, status="withdrawn", broken=left),
        entries(40, status="withdrawn"),
    ]
    assert found(reported(alike), "left_population") == (5_000, 26, 0, "0.52", FindingState.OK)


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (1_200, 1_000, (1_000, 200, 0, "20.00", FindingState.OK)),
        (799, 1_000, (1_000, 201, 0, "20.10", FindingState.WARNING)),
        (3, 0, (0, 0, 0, None, FindingState.OK)),
        (3, None, (0, 0, 0, None, FindingState.OK)),
    ],
)
def test_the_size_is_compared_with_the_cohort_before(now: int, before: int | None, expected: Any) -> None:
    assert found(reported([entries(now), entries(50, status="deceased")], before=before), "size_change") == expected


@pytest.mark.parametrize(
    ("width", "unjudged"),
    [
        (Width.SCHOOL, set()),
        (Width.COLLEGE, {"entered_late", "size_change"}),
        (Width.CLASS, {"entered_late", "size_change", "left_population"}),
    ],
)
def test_no_rule_is_judged_on_less_than_its_level(width: Width, unjudged: set[str]) -> None:
    stated = reported([entries(10)], width=width, before=10 if width is Width.SCHOOL else None)
    assert {each.rule.id for each in stated.findings} == set(RULES)
    assert {each.rule.id for each in stated.findings if each.tally.share is None} == unjudged


def test_what_waits_for_the_worker_is_in_no_figure() -> None:
    name = FILLED_BITS["name"]
    waiting = entries(4, judged=False, filled=name, broken=PHONE)
    shown = entries(2, filled=name, photo="accepted", self_check="confirmed")
    stated = reported([entries(4, filled=name), shown, waiting])
    assert (stated.pending, stated.judged, stated.filled["name"]) == (4, 6, 6)
    assert found(stated, "phone_missing")[:2] == (6, 0)
    assert stated.photos == {"none": 8, "accepted": 2}
    assert stated.self_checks == {"unconfirmed": 8, "confirmed": 2}


def test_shares_are_those_of_a_recount() -> None:
    chance = random.Random(9)
    alike = [
        entries(
            chance.randint(1, 50),
            status=chance.choice(("registered", "completed", "extended")),
            college=chance.choice((C1, CollegeCode("C2"), None)),
            checked=(checked := chance.getrandbits(len(RULES) - 3)),
            broken=checked & chance.getrandbits(len(RULES)),
            covered=chance.getrandbits(len(RULES)),
        )
        for _ in range(300)
    ]
    people = [each for each in alike for _ in range(each.count) if each.status in ("registered", "completed")]
    stated = reported(alike)
    for finding in stated.findings[:-3]:
        bit = RULE_BITS[finding.rule.id]
        judged = [each for each in people if each.checked & bit]
        left = [each for each in judged if each.broken & bit and not each.covered & bit]
        exact = Decimal(100 * len(left)) / Decimal(len(judged))
        assert finding.tally.share == exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
        for college, tally in finding.colleges.items():
            assert tally.checked == sum(each.college_code == college for each in judged)


def test_a_tie_is_rounded_up() -> None:
    assert [str(percentage(part, 800)) for part in (1, 2, 3)] == ["0.13", "0.25", "0.38"]
    assert Tally(3, 1).share == Decimal("33.33")
