"""Published tables of made-up people: the contract's example, and how columns open."""

from collections.abc import Sequence

from made_up import of_majors, person, publish

from indicators.publishing_counts.people import MeasureFigure, Observation, Wanted

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
