from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from common.identifiers import CollegeCode, MajorCode, SchoolCode
from common.spreadsheets.cells import identifier_text
from registry.graduates.domain.unit_book import UnitBook, UnitNamed
from registry.organisation.domain import Kind, OrganisationUnit

SCHOOL = SchoolCode("90001")


def unit(kind: Kind, code: str, name: str, college: CollegeCode | None = None) -> OrganisationUnit:
    return OrganisationUnit(kind=kind, school_code=SCHOOL, code=code, name=name, college_code=college, version=1)


def test_a_unit_is_found_by_code_then_by_name() -> None:
    book = UnitBook(SCHOOL, [unit(Kind.COLLEGE, "C1", "理学院(本部)")])
    assert book.college(UnitNamed("C1", "别的名字")) == "C1"
    assert book.college(UnitNamed(None, "理学院（本部）")) == "C1"
    assert list(book.touched()) == []


def test_a_unit_without_a_code_goes_by_its_name() -> None:
    book = UnitBook(SCHOOL, [])
    assert book.college(UnitNamed(None, "文/理学院")) == "文／理学院"
    assert book.college(UnitNamed(None, "文/理学院")) == "文／理学院"
    assert [(before, after.name) for before, after in book.touched()] == [(None, "文/理学院")]


def test_a_code_in_another_width_is_found_by_what_a_cell_says_of_it() -> None:
    book = UnitBook(SCHOOL, [])
    for name in ("软件学院（中外合作）", "文/理学院：本部"):
        code = book.college(UnitNamed(None, name))
        read = identifier_text(code).replace("/", "／")
        assert read != book.college(UnitNamed(read, name)) == code
    first = book.school_class(UnitNamed(None, "Ａ班"), "C1", None)
    assert book.school_class(UnitNamed("A班", "Ａ班"), "C1", None) == first
    assert book.school_class(UnitNamed(None, "A班"), "C2", None) != first
    assert len([*book.touched()]) == 4


def test_a_long_name_makes_a_code_that_fits_an_address() -> None:
    book = UnitBook(SCHOOL, [])
    names = ["高" * 200, "高" * 199 + "低", "高" * 64]
    codes = [book.school_class(UnitNamed(None, name), None, None) for name in names]
    assert len(set(codes)) == 3
    assert [len(code) for code in codes] == [64, 64, 64]
    assert [after.name for _, after in book.touched()] == names
    assert book.school_class(UnitNamed(None, " ".join(names[0])), None, None) == codes[0]


def school_class(code: str, name: str, college: str | None, major: str | None) -> OrganisationUnit:
    return OrganisationUnit(
        kind=Kind.CLASS,
        school_code=SCHOOL,
        code=code,
        name=name,
        college_code=CollegeCode(college) if college else None,
        major_code=MajorCode(major) if major else None,
        version=1,
    )


def test_classes_of_one_name_are_told_apart_by_college_and_major() -> None:
    rows = [("CA", "M1"), ("CB", "M2"), ("CC", "M2"), ("CC", None), ("CB", "M3"), ("CC", "M3"), (None, None)]
    book = UnitBook(SCHOOL, [])
    codes = [book.school_class(UnitNamed(None, "1班"), *row) for row in rows]
    assert codes == ["1班", "M2-1班", "CC-1班", "CC-1班", "M3-1班", "CC-M3-1班", "1班"]
    stored = [unit for _, unit in book.touched()]
    for units in (stored, stored[::-1]):
        again = UnitBook(SCHOOL, units)
        assert [again.school_class(UnitNamed(None, "1 班"), *row) for row in rows] == codes
        assert list(again.touched()) == []


@pytest.mark.parametrize(
    ("college", "major", "code"),
    [
        ("CA", "M1", "K01"),
        ("CA", None, "K01"),
        (None, None, "K01"),
        ("CA", "M2", "K02"),
        (None, "M2", "K02"),
        ("CB", "M2", "1班"),
        (None, "M3", "1班"),
    ],
)
def test_a_class_with_a_code_is_found_by_name_where_nothing_contradicts(
    college: str | None, major: str | None, code: str
) -> None:
    stored = [school_class("K01", "1班", "CA", "M1"), school_class("K02", "1班", "CA", "M2")]
    assert UnitBook(SCHOOL, stored).school_class(UnitNamed(None, "1班"), college, major) == code


def test_a_class_that_got_another_name_is_found_by_its_code() -> None:
    book = UnitBook(SCHOOL, [school_class("1班", "一年级1班", "CA", "M1")])
    assert book.school_class(UnitNamed(None, "1班"), "CA", "M1") == "1班"
    assert book.school_class(UnitNamed(None, "1班"), "CB", "M2") == "M2-1班"


def test_a_major_has_a_college_while_all_rows_agree() -> None:
    book = UnitBook(SCHOOL, [])
    assert book.major(UnitNamed("M1", "数学"), None) == "M1"
    assert book.college_of_major("M1") is None
    book.major(UnitNamed("M1", "数学"), "C1")
    assert book.college_of_major("M1") == "C1"
    book.major(UnitNamed("M1", "数学"), "C2")
    book.major(UnitNamed("M1", "数学"), "C1")
    assert book.college_of_major("M1") is None


@pytest.mark.parametrize(
    ("code", "stated", "expected"),
    [
        ("080901", None, ("080901", "major_code")),
        ("080910t", None, ("080910T", "major_code")),
        ("510203", None, ("510203", "major_code")),
        # no catalogue begins so, or it has another form
        *[
            (code, None, (None, None))
            for code in ("000901", "150901", "200101", "400101", "800101", "0809", "08090101")
        ],
        ("M1", None, (None, None)),
        ("M1", "070101", ("070101", "roster")),
        ("080901", "070101", ("070101", "roster")),
    ],
)
def test_a_major_has_a_national_code_by_its_own_or_by_the_roster(
    code: str, stated: str | None, expected: tuple[str | None, str | None]
) -> None:
    book = UnitBook(SCHOOL, [])
    # who states it first is right, wherever the row stands among those that state none
    for each in (None, stated, "110101" if stated else None):
        book.major(UnitNamed(code, "数学", each), None)
    ((before, after),) = book.touched()
    assert (before, (after.national_code, after.national_code_source)) == (None, expected)


@pytest.mark.parametrize(
    ("stored", "stated", "expected"),
    [
        ({}, None, ("080901", "major_code")),
        # an officer said that it has none, or which; a release before did not note who
        ({"national_code_source": "officer"}, "070101", None),
        ({"national_code": "080902", "national_code_source": "officer"}, "070101", None),
        ({"national_code": "080902"}, "070101", None),
        ({"national_code": "080902", "national_code_source": "roster"}, "070101", None),
        ({"national_code": "080901", "national_code_source": "major_code"}, None, None),
    ],
)
def test_a_roster_completes_stored_majors_and_overrules_no_officer(
    stored: dict[str, Any], stated: str | None, expected: tuple[str, str] | None
) -> None:
    book = UnitBook(SCHOOL, [replace(unit(Kind.MAJOR, "080901", "软件"), **stored)])
    book.major(UnitNamed("080901", "软件", stated), None)
    found = [(after.national_code, after.national_code_source) for _, after in book.touched()]
    assert found == ([expected] if expected else [])


def test_the_codes_of_a_row_are_those_of_its_units() -> None:
    book = UnitBook(SCHOOL, [unit(Kind.COLLEGE, "C1", "理学院")])
    named = {"college": UnitNamed(None, "理学院"), "major": UnitNamed("M1", "数学"), "class": None}
    assert book.codes_of(named) == {"college_code": "C1", "major_code": "M1", "class_code": None}
    assert book.college_of_major("M1") == "C1"
    assert book.codes_of({"major": UnitNamed("M2", None)}) == {"major_code": "M2"}
    assert book.codes_of({}) == {}


def test_new_units_are_stored_before_what_refers_to_them() -> None:
    book = UnitBook(SCHOOL, [])
    major = book.major(UnitNamed("M1", "数学"), None)
    book.school_class(UnitNamed(None, "一班"), None, major)
    book.college(UnitNamed("C1", "理学院"))
    assert [after.kind for _, after in book.touched()] == [Kind.COLLEGE, Kind.MAJOR, Kind.CLASS]


NAMED = st.none() | st.builds(UnitNamed, st.sampled_from([None, "A", "B"]), st.sampled_from(["甲", "乙 ", "乙"]))
ROWS = st.lists(st.fixed_dictionaries({}, optional={"college": NAMED, "major": NAMED, "class": NAMED}), max_size=12)


ALONE: dict[str, UnitNamed | None] = {"class": UnitNamed(None, "乙")}
IN_COLLEGE: dict[str, UnitNamed | None] = {"college": UnitNamed("B", None)}


@given(ROWS)
@example([IN_COLLEGE | ALONE, ALONE, ALONE, IN_COLLEGE | {"class": UnitNamed("A", "乙")}, ALONE])
def test_units_are_found_as_in_a_book_that_has_answered_nothing_yet(rows: list[dict[str, UnitNamed | None]]) -> None:
    book, stored = UnitBook(SCHOOL, []), list[OrganisationUnit]()
    for row in rows:
        fresh = UnitBook(SCHOOL, stored)
        codes = fresh.codes_of(row)
        assert book.codes_of(row) == codes
        stored = list((by_place(stored) | by_place([after for _, after in fresh.touched()])).values())
    assert by_place([after for _, after in book.touched()]) == by_place(stored)


def by_place(units: list[OrganisationUnit]) -> dict[tuple[Kind, str], OrganisationUnit]:
    return {(each.kind, each.code): each for each in units}
