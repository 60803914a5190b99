"""Which units the rows of a file bring, in any order: checked row by row, and against what the school has."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.codes import Cell
from common.identifiers import MajorCode, SchoolCode
from common.spreadsheets.headers import find_header
from registry.organisation.domain import Kind, OrganisationUnit
from registry.organisation.imports.columns import COLUMNS
from registry.organisation.imports.plan import UnitPlan, UnitPlanner
from registry.organisation.imports.rows import RowReader, UnitRow

SCHOOL = SchoolCode("90001")
TITLES = ("类型", "代码", "名称", "学院代码", "专业代码", "国标代码", "目录年份", "前身代码")
Line = Sequence[Cell]
Faults = list[tuple[str, str]]


def read(*lines: Line) -> list[UnitRow]:
    header = find_header([list(TITLES)], COLUMNS.field_of_header)
    assert header is not None
    reader = RowReader(header, SCHOOL)
    return [reader.read(number, line) for number, line in enumerate(lines, 2)]


def planned(stored: Sequence[OrganisationUnit], *lines: Line) -> tuple[UnitPlan, list[Faults]]:
    rows = read(*lines)
    plan = UnitPlanner(SCHOOL, stored).plan(rows)
    return plan, [[(fault.column, fault.rule) for fault in dict.fromkeys(row.faults)] for row in rows]


def come_from(code: str, predecessors: str) -> Line:
    return ("专业", code, f"专业{code}", None, None, None, None, predecessors)


def college(code: str = "C1") -> OrganisationUnit:
    return OrganisationUnit(kind=Kind.COLLEGE, school_code=SCHOOL, code=code, name="理学院", version=1)


def major(code: str, *predecessors: str) -> OrganisationUnit:
    before = tuple(map(MajorCode, predecessors))
    return OrganisationUnit(
        kind=Kind.MAJOR, school_code=SCHOOL, code=code, name=f"专业{code}", version=1, predecessors=before
    )


@pytest.mark.parametrize(
    ("line", "faults"),
    [
        (("学院", "C1", "理学院"), []),
        (("院系", "C1", "理学院"), []),
        (("系所", "C1", "理学院"), [("kind", "unit_kind")]),
        ((None, "C1", "理学院"), [("kind", "required")]),
        (("**CLEAR**", "C1", "理学院"), [("kind", "required")]),
        (("学院", None, "理学院"), [("code", "required")]),
        (("学院", "C1", "**CLEAR**"), [("name", "required")]),
        (("学院", "C1", None), [("name", "required")]),
        (("学院", "C1", "理" * 201), [("name", "length")]),
        (("学院", "理 学院", "理学院"), [("code", "unit_code_format")]),
        (("学院", "..", "理学院"), [("code", "unit_code_format")]),
        (("学院", "C" * 65, "理学院"), [("code", "unit_code_format")]),
        (("学院", 1234.5, "理学院"), [("code", "number_with_decimals")]),
        (
            ("学院", "C1", "理学院", "C2", "M1", "080901", "2024", "M2"),
            [
                (column, "must_be_empty")
                for column in ("college_code", "major_code", "national_code", "catalogue_year", "predecessors")
            ],
        ),
        (("专业", "M1", "数学", None, "M2"), [("major_code", "must_be_empty")]),
        (("班级", "K1", "一班", None, None, "080901"), [("national_code", "must_be_empty")]),
        (("专业", "M1", "数学", None, None, "0701"), [("national_code", "national_code_format")]),
        (("专业", "M1", "数学", None, None, "070101 "), []),
        (("专业", "M1", "数学", None, None, "080910t"), []),
        (("专业", "M1", "数学", None, None, None, "1949"), [("catalogue_year", "catalogue_year_format")]),
        (("专业", "M1", "数学", None, None, None, "2024年版"), []),
        (come_from("M1", " ".join(map(str, range(51)))), [("predecessors", "too_many_predecessors")]),
        (("专业", "M1", "数学", "C9"), [("college_code", "unknown_unit")]),
        (("班级", "K1", "一班", "C9", "M9"), [("college_code", "unknown_unit"), ("major_code", "unknown_unit")]),
        (come_from("M1", "M8 M9"), [("predecessors", "unknown_unit")]),
    ],
)  # fmt: skip
def test_a_row_is_good_or_names_column_and_rule(line: Line, faults: Faults) -> None:
    plan, found = planned([], line)
    assert found == [faults]
    assert len(plan.added) == (not faults)


def test_a_number_has_its_zero_again_where_it_is_a_major() -> None:
    plan, found = planned(
        [],
        ("专业", 80901.0, "计算机", None, None, 80901.0, 2012.0),
        ("专业", "080902", "软件工程", None, None, None, None, 80901.0),
        ("学院", 80901.0, "学院"),
        ("班级", 1.0, "一班", 80901.0, 80902.0),
    )
    assert found == [[], [], [], []]
    assert {(each.kind, each.code) for each in plan.added} == {
        (Kind.MAJOR, "080901"),
        (Kind.MAJOR, "080902"),
        (Kind.COLLEGE, "80901"),
        (Kind.CLASS, "1"),
    }
    majors = {each.code: each for each in plan.added if each.kind is Kind.MAJOR}
    assert (majors["080901"].national_code, majors["080901"].catalogue_year) == ("080901", 2012)
    assert majors["080902"].predecessors == ("080901",)


@given(st.permutations([
    ("班级", "K1", "一班", "C1", "M2"),
    ("专业", "M2", "数学", "C1", None, "070101", "2024", "M1 M0"),
    ("专业", "M1", "数学(旧)", "C1", None, None, None, "M0"),
    ("专业", "M0", "算学"),
    ("学院", "C1", "理学院"),
]))  # fmt: skip
def test_rows_may_name_what_later_rows_bring(lines: list[Line]) -> None:
    plan, found = planned([], *lines)
    assert found == [[]] * 5
    assert [each.kind for each in plan.added] == [Kind.COLLEGE, *[Kind.MAJOR] * 3, Kind.CLASS]
    again, _ = planned(plan.added, *lines)
    assert again.counts == {"created": 0, "updated": 0, "unchanged": 5}


@pytest.mark.parametrize("turn", [1, -1])
def test_what_rests_on_a_faulty_row_is_faulty(turn: int) -> None:
    lines: list[Line] = [
        ("专业", "M0", None),
        *[("专业", f"M{n}", f"专业{n}", None, None, None, None, f"M{n - 1}") for n in range(1, 5)],
        ("班级", "K1", "一班", None, "M4"),
        ("专业", "S", "又名", None, None, None, None, "M4"),
        ("班级", "K2", "二班", None, "S"),
        ("学院", "C1", "理学院"),
    ]
    plan, found = planned([major("S")], *lines[::turn])
    assert found[::turn] == [
        [("name", "required")],
        *[[("predecessors", "unknown_unit")]] * 4,
        [("major_code", "unknown_unit")],
        [("predecessors", "unknown_unit")],
        [],
        [],
    ]
    assert {each.code for each in plan.added} == {"C1", "K2"}


def test_only_what_a_row_says_changes() -> None:
    stored = [college(), major("M1", "M0"), major("M0")]
    plan, found = planned(
        stored,
        ("学院", "C1", None),
        ("专业", "M1", None, "C1", None, "070101"),
        ("专业", "M0", "专业M0", None, None, "**CLEAR**", None, "**CLEAR**"),
    )
    assert found == [[], [], []]
    assert plan.counts == {"created": 0, "updated": 1, "unchanged": 2}
    [(_, after)] = plan.changed
    assert (after.college_code, after.national_code, after.predecessors, after.name) == (
        "C1",
        "070101",
        ("M0",),
        "专业M1",
    )


def test_a_code_that_a_roster_brought_is_found_as_it_is() -> None:
    plan, found = planned([college("理 学院")], ("学院", "理 学院", "理学院（新）"), ("专业", "M1", "数学", "理 学院"))
    assert (found, plan.counts) == ([[], []], {"created": 1, "updated": 1, "unchanged": 0})


def test_a_second_row_of_a_unit_is_at_fault() -> None:
    _, found = planned([], ("学院", "C1", "甲"), ("专业", "C1", "甲"), ("学院", "C1", "甲"))
    assert found == [[], [], [("code", "duplicate_unit")]]


CYCLE, ORPHAN = [("predecessors", "lineage_cycle")], [("predecessors", "unknown_unit")]


@pytest.mark.parametrize(
    ("stored", "lines", "faults"),
    [
        ([], [("A", "A")], [CYCLE]),
        ([], [("A", "B"), ("B", "C"), ("C", "A"), ("D", "A")], [CYCLE, CYCLE, CYCLE, ORPHAN]),
        ([("A", ""), ("B", "A")], [("A", "B")], [CYCLE]),
        ([("A", ""), ("B", "A")], [("A", "B"), ("B", "**CLEAR**")], [[], []]),
        ([("A", ""), ("B", "A")], [("A", "B"), ("C", "A"), ("B", "C")], [CYCLE] * 3),
        ([("A", ""), ("B", "A")], [("A", "B"), ("B", "C"), ("C", "B")], [CYCLE] * 3),
        ([("A", ""), ("B", "A")], [("A", "B"), ("C", "A"), ("D", "")], [CYCLE, [], []]),
    ],
)  # fmt: skip
def test_no_file_makes_a_major_come_from_itself(
    stored: list[tuple[str, str]], lines: list[tuple[str, str]], faults: list[Faults]
) -> None:
    _, found = planned([major(code, *before.split()) for code, before in stored], *(come_from(*line) for line in lines))
    assert found == faults


CODES = st.sampled_from("ABCDE")


@given(st.dictionaries(CODES, st.sets(CODES, max_size=3)), st.lists(st.tuples(CODES, st.sets(CODES, max_size=3))))
def test_what_is_stored_never_has_a_circle(before: dict[str, set[str]], lines: list[tuple[str, set[str]]]) -> None:
    older = {code: sorted(each for each in of if each < code) for code, of in before.items()}
    stored = [major(code, *older.get(code, [])) for code in "ABC"]
    rows = [come_from(code, " ".join(sorted(of)) or "**CLEAR**") for code, of in lines]
    plan, found = planned(stored, *rows)
    lineage = {unit.code: unit.predecessors for unit in stored}
    lineage |= {unit.code: unit.predecessors for unit in (*plan.added, *(after for _, after in plan.changed))}
    assert sum(plan.counts.values()) == found.count([])
    for code in lineage:
        reached, waiting = set[str](), list(lineage[code])
        while waiting:
            each = waiting.pop()
            assert each in lineage
            waiting += [] if each in reached else lineage[each]
            reached.add(each)
        assert code not in reached
