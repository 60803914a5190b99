from dataclasses import replace
from uuid import UUID

import pytest

from common.identifiers import GraduateId
from common.imports import SeenKeys
from registry.graduates.imports.plan import repeats
from registry.graduates.imports.rows import KnownGraduate, RosterRow

ZHANG = KnownGraduate(GraduateId(UUID(int=1)), 1, b"1", b"E1", b"", b"citizen 1", "C1", None, b"line")
LI = replace(
    ZHANG, id=GraduateId(UUID(int=2)), student_number_index=b"2", exam_number_index=b"E2", citizen_id_index=b"citizen 2"
)


def line(
    number: str | None,
    exam_number: str | None = None,
    known: KnownGraduate | None = None,
    citizen: bytes | None = None,
    fingerprint: bytes = b"other",
) -> RosterRow:
    return RosterRow(
        0,
        [],
        fingerprint=fingerprint,
        numbers={"student_number": number, "exam_number": exam_number},
        known=known,
        indexes={"citizen_id_index": citizen},
    )


@pytest.mark.parametrize(
    ("lines", "faults"),
    [
        ([line("1"), line("2"), line("1")], [(2, "student_number", "duplicate_in_file")]),
        ([line("1", "E1"), line("2", "E1")], [(1, "exam_number", "duplicate_in_file")]),
        ([line("1", "E1"), line("1", "E1")], [(1, "student_number", "duplicate_in_file")]),
        ([line(None, "E1"), line("1", "E1")], [(1, "exam_number", "duplicate_in_file")]),
        ([line(None, "E1", ZHANG), line("1", None, ZHANG)], [(1, "student_number", "duplicate_in_file")]),
        ([line("1", None, ZHANG), line(None, "E1", ZHANG)], [(1, "exam_number", "duplicate_in_file")]),
        ([line("1", "E1", ZHANG), line("2", "E2", LI), line("3", "E3")], []),
        ([line("1", citizen=b"c"), line("2", citizen=b"c")], [(1, "citizen_id", "duplicate_citizen_id")]),
        (
            [line("1", None, ZHANG, fingerprint=b"line"), line("3", citizen=b"citizen 1")],
            [(1, "citizen_id", "duplicate_citizen_id")],
        ),
        ([line("1", None, ZHANG), line("3", citizen=b"citizen 1")], []),
        ([line(None), line(None)], []),
    ],
)
def test_the_later_of_two_lines_about_one_person_is_at_fault(
    lines: list[RosterRow], faults: list[tuple[int, str, str]]
) -> None:
    seen = SeenKeys()
    rows = [replace(each, number=place) for place, each in enumerate(lines)]
    found = [(row.number, fault.column, fault.rule) for row in rows for fault in repeats(row, seen)]
    assert found == faults
