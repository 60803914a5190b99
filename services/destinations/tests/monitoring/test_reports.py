"""What a report says and how it is sealed, against the contract and RFC 8785."""

import hashlib
import random
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from common.canonical import canonical
from common.codes import CodeLists
from common.identifiers import Cohort, SchoolCode
from destinations.coverage.domain import Counts, CoveredDestination
from destinations.monitoring.domain.cut_offs import Kind
from destinations.monitoring.domain.reports import (
    DestinationClass,
    Moment,
    Move,
    class_of,
    content_of,
    instant_text,
    sealed,
)

LISTED = CodeLists.of_release().get("destination")
MEANT = {
    DestinationClass.UNIT: "10 11 12 27 271 272 46 50 501 502 503 51 511 519",
    DestinationClass.OWN_BUSINESS: "75 751 752 753",
    DestinationClass.FREELANCE: "76",
    DestinationClass.STUDY_MAINLAND: "80 801 802 803 81",
    DestinationClass.STUDY_ABROAD: "85",
    DestinationClass.SEEKING: "70 701",
    DestinationClass.NOT_SEEKING: "71 72 721",
}


@pytest.mark.parametrize(("named", "codes"), list(MEANT.items()))
def test_each_code_is_of_its_class(named: DestinationClass, codes: str) -> None:
    assert {code: class_of(code, LISTED) for code in codes.split()} == dict.fromkeys(codes.split(), named)


def test_every_code_has_a_class_and_none_is_not_registered() -> None:
    assert {each for each in LISTED.codes() if class_of(each, LISTED) is DestinationClass.NOT_REGISTERED} == set()
    assert class_of(None, LISTED) is DestinationClass.NOT_REGISTERED
    assert class_of("99", LISTED) is DestinationClass.NOT_REGISTERED


def test_now_is_before_and_who_entered_without_who_left() -> None:
    chance = random.Random(11)
    codes = [None, "10", "12", "70", "76", "80", "801", "85"]
    people: list[tuple[Any, ...]] = [
        tuple(chance.choice(each) for each in ([True, False], codes) * 2) for _ in range(500)
    ]
    moves = [Move(each[0], each[1], each[2], each[3], count) for each, count in Counter(people).items()]
    standing = Counter(code for _, _, counted, code in people if counted)
    stand = [CoveredDestination("C01", code, Counts(count)) for code, count in standing.items()]
    content = content_of(stand, moves, LISTED)
    before = Counter(class_of(code, LISTED) for counted, code, _, _ in people if counted)
    now = Counter(class_of(code, LISTED) for _, _, counted, code in people if counted)
    for each in DestinationClass:
        moved = content["change"][each]
        assert content["classes"][each] == now[each] == before[each] + moved["entered"] - moved["left"]
    assert sum(content["classes"].values()) == content["counts"]["population"] == now.total()


def test_who_stays_in_a_class_has_not_moved_and_who_leaves_the_population_enters_none() -> None:
    stays = content_of([], [Move(True, "10", True, "12", 3), Move(True, "80", True, "801", 2)], LISTED)
    assert {(moved["entered"], moved["left"]) for moved in stays["change"].values()} == {(0, 0)}
    leaves = content_of([], [Move(True, "10", False, "10", 3)], LISTED)
    assert leaves["change"]["unit"] == {"entered": 0, "left": 3}
    # before the first report nobody was there
    first = content_of([CoveredDestination("C01", "10", Counts(3))], None, LISTED)
    assert {name for name, moved in first["change"].items() if moved["entered"]} == {"unit"}


def test_colleges_come_by_code_and_add_up() -> None:
    stand = [
        CoveredDestination(None, None, Counts(1)),
        CoveredDestination("C02", "10", Counts(2, 2)),
        CoveredDestination("C01", None, Counts(3)),
        CoveredDestination("C01", "85", Counts(1, 1)),
    ]
    content = content_of(stand, (), LISTED)
    assert [(each["college_code"], each["counts"]["population"]) for each in content["colleges"]] == [
        ("C01", 4),
        ("C02", 2),
        (None, 1),
    ]
    assert content["counts"] == dict.fromkeys(content["counts"], 0) | {"population": 7, "registered": 3}
    nobody = content_of([], None, LISTED)
    assert (len(nobody["counts"]), {*nobody["counts"].values()}, nobody["colleges"]) == (10, {0}, [])


@pytest.mark.parametrize(
    ("value", "written"),
    [
        # of RFC 8785, 3.2.3 and appendix B, what reports are made of
        ({"b": None, "a": [1, 0], "A": ""}, '{"A":"","a":[1,0],"b":null}'),
        ({"text": '\u20ac$\u000f\nA\'B"\\\\"/'}, '{"text":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'),
        ({"text": "\x08\t\x0c\r\x7f学院"}, '{"text":"\\b\\t\\f\\r\x7f学院"}'),
        ({"n": 9007199254740991}, '{"n":9007199254740991}'),
    ],
)
def test_json_is_that_of_rfc_8785(value: Any, written: str) -> None:
    assert canonical(value) == written.encode()


def test_an_instant_has_decimals_only_where_it_is_not_whole() -> None:
    assert instant_text(datetime(2024, 8, 30, 16, tzinfo=UTC)) == "2024-08-30T16:00:00Z"
    assert instant_text(datetime(2024, 8, 30, 16, 0, 0, 10, tzinfo=UTC)) == "2024-08-30T16:00:00.000010Z"


def test_the_seal_is_over_what_the_report_says_and_what_it_is_about() -> None:
    moment = Moment(
        school_code=SchoolCode("10001"),
        cohort=Cohort(2024),
        kind=Kind.WEEKLY,
        period="2024-W35",
        at=datetime(2024, 8, 30, 16, tzinfo=UTC),
    )
    content = {
        "counts": {"population": 1},
        "classes": {"unit": 1},
        "colleges": [{"college_code": None, "counts": {"population": 1}}],
        "change": {"unit": {"entered": 1, "left": 0}},
    }
    text = (
        '{"at":"2024-08-30T16:00:00Z","change":{"unit":{"entered":1,"left":0}},"classes":{"unit":1},"cohort":2024,'
        '"colleges":[{"college_code":null,"counts":{"population":1}}],"counts":{"population":1},"kind":"weekly",'
        '"period":"2024-W35","school_code":"10001"}'
    )
    assert sealed(moment, content) == hashlib.sha256(text.encode()).digest()
