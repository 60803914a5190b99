"""Published tables of made-up people: the contract's example, and what must hold of any."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from random import Random

import pytest
from solver import Solver, small_counts

from common.codes import CodeLists
from indicators.formats.observation import OTHER
from indicators.publishing_counts.columns import COLUMNS, column_of
from indicators.publishing_counts.counting import published
from indicators.publishing_counts.people import (
    Cell,
    Counting,
    MeasureFigure,
    Observation,
    Person,
    Published,
    Released,
    Table,
    Wanted,
)
from indicators.schemes.groupings import DIMENSIONS
from indicators.tracking_counts.dimensions import tables_of_graduates

CODES = tuple(entry.code for entry in CodeLists.load().get("destination"))
TABLES = tables_of_graduates([*DIMENSIONS])
NAMES = [name for table in TABLES if len(table) == 1 for name in table]
_ids = count()


def person(destination: str | None, *, flexible: bool = False, cells: Mapping[str, str] = {}, **group: str) -> Person:
    given = {"college": "C01", "education_level": "bachelor", "sex": "1"} | group
    return Person(
        id=f"{next(_ids)}",
        state=f"{destination} {flexible}",
        group=tuple(given.get(name) for name in NAMES),
        destination_code=destination,
        flexible=flexible,
        cells=cells,
    )


def publish(people: Iterable[Person], *wanted: Wanted, released: Iterable[Released] = ()) -> Published:
    return published(
        Counting(
            scheme="CN-2024",
            dimensions=NAMES,
            tables=TABLES,
            people=list(people),
            wanted=wanted,
            released=list(released),
            codes=CODES,
        )
    )


def of_majors(majors: Mapping[str, tuple[int, int]]) -> list[Person]:
    """Majors with so many people, so many of them unplaced."""
    return [
        person("70" if number < unplaced else "10", major=major)
        for major, (people, unplaced) in majors.items()
        for number in range(people)
    ]


EXAMPLE = {
    "a97": (97, 3), "b50": (50, 30), "c40": (40, 0), "d40": (40, 40),
    "e30": (30, 3), "f30": (30, 27), "g15": (15, 7), "h9": (9, 4),
}  # fmt: skip


def test_the_example_of_the_contract() -> None:
    """indicators.md 6: 50, 40, 40 stand alone (40.00, 100.00, 0.00); 其他 137 of 181: 75.69."""
    [table] = publish(of_majors(EXAMPLE), Wanted(by=("major",), measures=["placement_rate"])).tables
    found = {
        each.group["major"]: (
            each.base,
            each.measures["placement_rate"].numerator,
            each.measures["placement_rate"].rate,
        )
        for each in table.observations
        if each.measures is not None
    }
    assert found == {
        "b50": (50, 20, "40.00"),
        "c40": (40, 40, "100.00"),
        "d40": (40, 0, "0.00"),
        "_other": (181, 137, "75.69"),
    }
    assert [each.within for each in table.observations] == [{"college": "C01"}] * 4
    why = {each.group["major"]: each.because for each in table.hidden if each.measure is None}
    assert why == {
        "a97": "small_count", "e30": "small_count", "f30": "small_count", "g15": "small_base", "h9": "small_base",
    }  # fmt: skip


def by_row(observations: Sequence[Observation], dimension: str) -> dict[str | None, Observation]:
    return {each.group[dimension]: each for each in observations}


def test_a_class_is_opened_where_it_and_what_is_left_are_enough_in_every_row() -> None:
    people = [person(code, sex="1") for code in ["10"] * 20 + ["75"] * 3 + ["76"] * 6 + ["801"] * 10 + ["70"] * 9]
    people += [person(code, sex="2") for code in ["10"] * 30 + ["75"] * 6 + ["76"] * 5 + ["85"] * 9 + ["72"] * 8]
    wanted = Wanted(by=("sex",), dimension="destination_class", rule="population")
    measures = Wanted(by=("sex",), measures=["own_business_rate", "unit_employment_rate", "placement_rate"])
    structure, rates = publish(people, wanted, measures).tables
    found = by_row(structure.observations, "sex")
    # three own a business among the men, and six freelance: together they are nine
    assert {cell.code: cell.count for cell in found["1"].cells or ()} == {
        "unit": 20, "employed_other": 9, "study_mainland": 10, "study_abroad": 0, "seeking": 9, "not_seeking": 0,
        "not_registered": 0,
    }  # fmt: skip
    assert sum(cell.count for cell in found["2"].cells or ()) == found["2"].base == 58
    assert {each.measure for each in rates.hidden} == {"own_business_rate"}
    men = by_row(rates.observations, "sex")["1"].measures or {}
    assert (men["unit_employment_rate"].rate, men["own_business_rate"].protected) == ("41.67", True)


def test_the_flexible_mark_is_shown_where_it_cuts_no_class_into_a_small_part() -> None:
    def rate(flexible: int) -> MeasureFigure:
        people = [person("10", flexible=number < flexible) for number in range(40)] + [person("70")] * 10
        [table] = publish(people, Wanted(by=(), measures=["flexible_employment_rate"])).tables
        [row] = table.observations
        assert row.measures is not None
        return row.measures["flexible_employment_rate"]

    assert (rate(5).rate, rate(4).protected, rate(36).protected, rate(40).rate) == ("10.00", True, True, "80.00")


def test_cells_of_a_structure_that_are_small_stand_together() -> None:
    natures = ["39"] * 30 + ["31"] * 12 + ["20"] * 3 + ["10"] * 2
    people = [person("10", cells={"employer_nature": nature}) for nature in natures] + [person("70")] * 20
    wanted = Wanted(by=(), dimension="employer_nature", rule="unit_without_enlistment")
    [row] = publish(people, wanted).tables[0].observations
    assert row.base == 47
    assert [(cell.code, cell.count) for cell in row.cells or ()] == [("39", 30), ("31", 12), ("_other", 5)]


def test_a_base_that_leaves_a_few_is_not_shown() -> None:
    people = [person("10", cells={"industry": "34"})] * 40 + [person("46", cells={"industry": "34"})] * 2
    people += [person("70", cells={"industry": "34"})] * 20
    numbered = [each.model_copy(update={"id": f"{number}"}) for number, each in enumerate(people)]
    [table] = publish(numbered, Wanted(by=(), dimension="industry", rule="unit_without_enlistment")).tables
    assert [(each.base, each.cells) for each in table.observations] == [(None, None)]
    assert [each.because for each in table.hidden] == ["protected"]


def some_cohort(seed: int) -> list[Person]:
    """Some hundreds of people, most of whose groups are small."""
    draw = Random(seed)
    majors = [(f"M{number}", f"C{number % 3}") for number in range(9)]
    return [
        person(
            draw.choice(["10", "10", "12", "46", "75", "76", "801", "85", "70", "72", None]),
            major=major,
            college=college,
            sex=draw.choice("12"),
            education_level=draw.choice(["bachelor", "bachelor", "master"]),
        )
        for major, college in draw.choices(majors, weights=[2**number for number in range(9)], k=220)
    ]


ALL = [Wanted(by=table, dimension="destination_class", rule="population") for table in TABLES if len(table) <= 2]


@pytest.mark.parametrize("seed", range(3))
def test_every_published_number_is_exact(seed: int) -> None:
    people = some_cohort(seed)
    for table in publish(people, *ALL).tables:
        for row in table.observations:
            if OTHER in row.group.values():
                continue
            inside = [each for each in people if all(value_of(each, name) == v for name, v in row.group.items())]
            assert row.base == len(inside) == sum(cell.count for cell in row.cells or ())
            for cell in row.cells or ():
                column = [each for each in inside if column_of(each.destination_code) == cell.code]
                if cell.code in COLUMNS:
                    assert cell.count == len(column)


def value_of(someone: Person, dimension: str) -> str | None:
    return someone.group[NAMES.index(dimension)]


@pytest.mark.parametrize("seed", range(3))
def test_a_solver_pins_down_nothing_small(seed: int) -> None:
    """Of each hidden base below 23 and each count of 1 to 4, at least four values agree with all that is published."""
    people = some_cohort(seed)
    solver = Solver(NAMES, people, publish(people, *ALL).tables)
    hidden = Random(seed).sample(small_counts(NAMES, people), 25)
    assert [each for each in hidden if solver.values(each) < 4] == []


def test_the_solver_pins_down_what_is_not_protected() -> None:
    people = of_majors({"a": (60, 20), "b": (50, 15), "c": (10, 3)})
    hidden = [each for each in small_counts(NAMES, people) if each[0] == (("major", "c"),)]
    assert [Solver(NAMES, people, unprotected(people)).values(each) for each in hidden] == [1, 1]
    protected = publish(people, *ALL).tables
    assert min(Solver(NAMES, people, protected).values(each) for each in hidden) == 4


def unprotected(people: Sequence[Person]) -> list[Table]:
    """The tables as they are, with each group of 23 people and more."""
    found = []
    for wanted in ALL:
        groups: dict[tuple[str | None, ...], list[Person]] = {}
        for each in people:
            groups.setdefault(tuple(value_of(each, name) for name in wanted.by), []).append(each)
        rows = [
            Observation(
                group=dict(zip(wanted.by, key, strict=True)),
                within={},
                base=len(own),
                cells=[
                    Cell(code=name, count=sum(column_of(each.destination_code) == name for each in own), share=None)
                    for name in COLUMNS
                ],
            )
            for key, own in groups.items()
            if len(own) >= 23
        ]
        found.append(Table(observations=rows, hidden=[]))
    return found
