"""The text that is hashed, what may be asked for, and what differs; pure."""

import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from common.approvals.domain import SameReviewer, TransitionNotAllowed
from common.identifiers import Cohort, SchoolCode
from indicators.schemes.schemes import SCHEMES
from indicators.schemes.tally import Count, Figure
from indicators.snapshots.domain.differences import Difference, differences
from indicators.snapshots.domain.document import FIELDS, head_of, line_of, lines_of_copy
from indicators.snapshots.domain.snapshots import (
    Moment,
    NewSnapshot,
    NotNewest,
    RevisionOpen,
    Snapshot,
    SnapshotId,
    SnapshotKind,
    SnapshotRefused,
    SnapshotState,
    must_be_decided_by_another,
    must_be_past,
    must_be_revisable,
)

MIDNIGHT = datetime(2024, 8, 31, 16, tzinfo=UTC)
MOMENT = Moment(
    school_code=SchoolCode("90001"),
    cohort=Cohort(2024),
    kind=SnapshotKind.INITIAL,
    as_of=date(2024, 8, 31),
    known_at=MIDNIGHT,
)
SOMEONE = {
    "graduate_id": UUID("7e9a4b63-1c2d-4f5a-8b7c-9d0e1f2a3b03"), "college_code": "C01", "major_code": "080901",
    "education_level_code": "31", "sex_code": "1", "origin_place_code": "410102", "urban_rural": "urban",
    "ethnicity_code": "01", "training_mode_code": "1", "teacher_training_code": "2", "destination_code": "10",
    "flexible": False, "employer_nature_code": "39", "industry_code": "34", "place_code": "410102",
    "position_code": "13",
}  # fmt: skip


def line(**changes: Any) -> str:
    said = SOMEONE | changes
    return line_of([said.get(name) for name in FIELDS])


def test_the_check_value_of_the_contract() -> None:
    text = head_of(MOMENT) + line()
    assert text == (
        "quxiang-snapshot/1|90001|2024|initial|2024-08-31|2024-08-31T16:00:00Z|0\n"
        "7e9a4b63-1c2d-4f5a-8b7c-9d0e1f2a3b03|C01|080901||31|1|410102|urban|01||1|2||10|0|39|34|410102|13||\n"
    )
    expected = "35a867b22b33ef8389ac8882050e2e464cb1989011aeeb20e1303ea7b58e162c"
    assert sha256(text.encode()).hexdigest() == expected


def test_what_separates_is_escaped() -> None:
    assert "|K\\\\1\\|2\\\n3|" in line(class_code="K\\1|2\n3")


@pytest.mark.parametrize(
    ("copied", "text"),
    [
        (b"K1|31\n", b"K1|31\n"),
        (rb"a\|b|c\\" + b"\n", rb"a\|b|c\\" + b"\n"),
        (rb"a\nb\\n" + b"\n", b"a\\\nb\\\\n\n"),
        (rb"\b\f\r\t\v\\t" + b"\n", b"\b\f\r\t\v\\\\t\n"),
    ],
)
def test_what_the_database_copies_out_is_worded_as_lines_are(copied: bytes, text: bytes) -> None:
    assert lines_of_copy(copied) == text


def test_flexible_is_empty_without_a_destination() -> None:
    assert line(destination_code=None, flexible=False).split("|")[13:15] == ["", ""]
    assert line(flexible=True).split("|")[13:15] == ["10", "1"]


@pytest.mark.parametrize(
    ("known_at", "text"),
    [
        (MIDNIGHT + timedelta(microseconds=70), "2024-08-31T16:00:00.000070Z"),
        (datetime(2024, 9, 1, 0, 0, 1, tzinfo=timezone(timedelta(hours=8))), "2024-08-31T16:00:01Z"),
    ],
)
def test_an_instant_is_in_utc_with_six_decimals_if_it_is_not_whole(known_at: datetime, text: str) -> None:
    assert head_of(replace(MOMENT, known_at=known_at)).split("|")[5] == text


@pytest.mark.parametrize(
    ("kind", "as_of", "day"),
    [
        (SnapshotKind.INITIAL, None, date(2024, 8, 31)),
        (SnapshotKind.YEAR_END, None, date(2024, 12, 31)),
        (SnapshotKind.FREE, date(2024, 7, 1), date(2024, 7, 1)),
    ],
)
def test_the_cohort_gives_the_day_of_official_ones(kind: SnapshotKind, as_of: date | None, day: date) -> None:
    assert asked(kind, as_of).day == day


@pytest.mark.parametrize(
    ("kind", "as_of", "rule"),
    [(SnapshotKind.INITIAL, date(2024, 8, 31), "must_be_empty"), (SnapshotKind.FREE, None, "required")],
)
def test_only_a_free_one_says_its_day(kind: SnapshotKind, as_of: date | None, rule: str) -> None:
    with pytest.raises(SnapshotRefused) as refused:
        _ = asked(kind, as_of).day
    assert [(each.pointer, each.rule) for each in refused.value.problems] == [("/as_of", rule)]


def asked(kind: SnapshotKind, as_of: date | None) -> NewSnapshot:
    return NewSnapshot(school_code=SchoolCode("90001"), cohort=Cohort(2024), kind=kind, as_of=as_of, known_at=None)


NOW = datetime(2024, 9, 2, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("as_of", "known_at", "problems"),
    [
        (date(2024, 9, 1), NOW, []),
        (date(2024, 9, 1), datetime(2024, 9, 1, 16, tzinfo=UTC), []),
        (date(2024, 9, 2), NOW, [("/as_of", "in_the_future")]),
        (date(2024, 9, 1), NOW + timedelta(microseconds=1), [("/known_at", "in_the_future")]),
        (date(2024, 9, 1), datetime(2024, 9, 1, 15, 59, 59, 999_999, UTC), [("/known_at", "known_too_early")]),
    ],
)
def test_a_day_is_over_and_known_of_in_the_past(
    as_of: date, known_at: datetime, problems: list[tuple[str, str]]
) -> None:
    found = []
    try:
        must_be_past(as_of, known_at, NOW, date(2024, 9, 2))
    except SnapshotRefused as refused:
        found = [(each.pointer, each.rule) for each in refused.problems]
    assert found == problems


def snapshot(**changes: Any) -> Snapshot:
    said = {
        "id": SnapshotId(UUID(int=1)),
        "version": 1,
        "of": None,
        "state": SnapshotState.FROZEN,
        "waiting_for": (),
        "dead_letters": 0,
        "requested_by": "one",
        "requested_by_role": "school_officer",
        "decided_by_role": None,
        "reason": None,
        "decision_reason": None,
        "recorded_at": MIDNIGHT,
    }
    return Snapshot(**vars(MOMENT) | said | changes)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"state": SnapshotState.PENDING}, TransitionNotAllowed),
        ({"state": SnapshotState.OPEN}, TransitionNotAllowed),
        ({"state": SnapshotState.REFUSED}, TransitionNotAllowed),
        ({"superseded": True, "in_the_making": True}, NotNewest),
        ({"in_the_making": True}, RevisionOpen),
    ],
)
def test_only_the_newest_frozen_one_is_revised(changes: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        must_be_revisable(snapshot(**changes))
    must_be_revisable(snapshot())


def test_another_person_decides() -> None:
    with pytest.raises(SameReviewer):
        must_be_decided_by_another(snapshot(state=SnapshotState.OPEN), "one")
    with pytest.raises(TransitionNotAllowed):
        must_be_decided_by_another(snapshot(), "two")
    must_be_decided_by_another(snapshot(state=SnapshotState.OPEN), "two")


@pytest.mark.parametrize(
    ("changes", "subject", "roles", "allowed"),
    [
        ({}, "two", {"asks": True, "decides": True}, ("revise",)),
        ({}, "two", {"asks": False, "decides": True}, ()),
        ({"superseded": True}, "two", {"asks": True, "decides": True}, ()),
        (
            {"state": SnapshotState.OPEN, "in_the_making": True},
            "two",
            {"asks": False, "decides": True},
            ("approve", "refuse"),
        ),
        ({"state": SnapshotState.OPEN, "in_the_making": True}, "one", {"asks": True, "decides": True}, ()),
        ({"state": SnapshotState.PENDING, "in_the_making": True}, "two", {"asks": True, "decides": True}, ()),
    ],
)
def test_what_a_person_could_do_now(
    changes: dict[str, Any], subject: str, roles: dict[str, bool], allowed: tuple[str, ...]
) -> None:
    assert snapshot(**changes).allowed_transitions(subject, **roles) == allowed


def test_what_differs_is_named_by_measure_and_college() -> None:
    before = [("C1", Count("10", False, 2)), ("C1", Count(None, False, 2)), (None, Count("70", False, 1))]
    after = [("C1", Count("10", False, 3)), ("C1", Count(None, False, 1)), (None, Count("70", False, 1))]
    found = differences(before, after, SCHEMES["CN-2024"])
    assert found == [
        Difference(measure, college, Figure(2, base), Figure(3, base))
        for college, base in ((None, 5), ("C1", 4))
        for measure in ("placement_rate", "unit_employment_rate")
    ]
    assert differences(before, before, SCHEMES["CN-2024"]) == []


def test_the_script_of_the_page_recomputes_the_hash() -> None:
    page = (Path(__file__).parents[4] / "docs/snapshots.md").read_text("utf-8")
    (script,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    rows = (head_of(MOMENT) + line(class_code="a|\n\\") + line(destination_code=None)).encode()
    printed = subprocess.run([sys.executable, "-c", script], input=rows, capture_output=True, check=True)
    assert printed.stdout.decode() == f"{sha256(rows).hexdigest()} 2 {{'10': 1, '': 1}}\n"
