"""Tables that schools printed: their counts as files in format A, their percentages out of the indicators API."""

from collections.abc import Iterable, Mapping

import pytest
from campus import Campus
from format_a import CellValue, destination_cells, graduate_row, workbook

# A vocational college in Henan, 2022 cohort: destination code → (count, printed percentage).
HENAN_2022: Mapping[str, tuple[int, str]] = {
    "85": (3, "0.08"),
    "803": (703, "18.13"),
    "50": (3, "0.08"),
    "46": (195, "5.03"),
    "11": (224, "5.78"),
    "10": (1610, "41.52"),
    "70": (100, "2.58"),
    "12": (1010, "26.04"),
    "75": (30, "0.77"),
}

# A university in Liaoning, 2022: four regions of work, undergraduates and postgraduates, counts and percentages.
LIAONING_2022: Mapping[str, tuple[tuple[int, str], tuple[int, str], str]] = {
    "northeast": ((1061, "46.31"), (238, "30.36"), "42.24"),
    "east": ((657, "28.68"), (407, "51.91"), "34.60"),
    "central": ((279, "12.18"), (92, "11.73"), "12.07"),
    "west": ((294, "12.83"), (47, "5.99"), "11.09"),
}
PLACE_IN_REGION = {"northeast": "210102", "east": "310101", "central": "420102", "west": "510104"}


async def load(campus: Campus, school: str, rows: Iterable[Mapping[str, CellValue]]) -> str:
    """One file to both imports, as schools send it; gives the token of the last change."""
    content = workbook(rows, note="填写说明：请勿修改表头")
    roster = await campus.import_roster(content, school, cohort="2022")
    assert roster["state"] == "succeeded", roster
    registrations = await campus.import_registrations(content, school, cohort="2022")
    assert registrations["state"] == "succeeded", registrations
    token: str = registrations["result"]["change_token"]
    return token


@pytest.fixture(scope="module")
async def henan(campus: Campus, new_school: str) -> tuple[str, str]:
    codes = [code for code, (count, _) in HENAN_2022.items() for _ in range(count)]
    rows = (
        graduate_row(number, 2022, 学历层次="专科生毕业") | destination_cells(code)
        for number, code in enumerate(codes, start=1)
    )
    return new_school, await load(campus, new_school, rows)


async def test_rates_of_the_2021_scheme_are_those_the_college_printed(campus: Campus, henan: tuple[str, str]) -> None:
    school, token = henan
    answer = await campus.rates(campus.officer(school), school=school, cohort=2022, min_change=token)
    [observation] = answer["observations"]
    rates = {name: measure["rate"] for name, measure in observation["measures"].items()}
    assert answer["scheme"] == "CN-2021"
    assert observation["base"] == 3878
    assert rates == {
        "placement_rate": "97.42",
        "contract_employment_rate": "52.40",
        "own_business_rate": "0.77",
        "flexible_employment_rate": "26.04",
        "further_study_rate": "18.21",
        "seeking_rate": "2.58",
        "not_seeking_rate": "0.00",
    }


async def test_the_same_counts_read_in_the_2024_scheme(campus: Campus, henan: tuple[str, str]) -> None:
    school, token = henan
    answer = await campus.rates(campus.officer(school), school=school, cohort=2022, scheme="CN-2024", min_change=token)
    rates = {name: measure["rate"] for name, measure in answer["observations"][0]["measures"].items()}
    assert rates == {
        "placement_rate": "97.42",
        "unit_employment_rate": "78.44",
        "own_business_rate": "0.77",
        "freelance_rate": "0.00",
        "further_study_rate": "18.21",
        "seeking_rate": "2.58",
        "not_seeking_rate": "0.00",
        "flexible_employment_rate": "26.04",
    }


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        # 3,778 placed, 100 seeking, no one else
        ("CN-2004", {"employment_rate": ("97.42", 3878)}),
        ("NACE", {"knowledge_rate": ("100.00", 3878), "career_outcomes_rate": ("97.42", 3878)}),
    ],
)
async def test_the_same_counts_read_in_other_schemes(
    campus: Campus, henan: tuple[str, str], scheme: str, expected: Mapping[str, tuple[str, int]]
) -> None:
    school, token = henan
    answer = await campus.rates(campus.officer(school), school=school, cohort=2022, scheme=scheme, min_change=token)
    measures = answer["observations"][0]["measures"]
    assert {name: (measure["rate"], measure["denominator"]) for name, measure in measures.items()} == expected


async def test_majors_of_the_file_have_their_disciplines(campus: Campus, henan: tuple[str, str]) -> None:
    school, token = henan
    by = "discipline,major_class"
    answer = await campus.rates(campus.officer(school), school=school, cohort=2022, min_change=token, by=by)
    found = {tuple(each["group"].values()): each["base"] for each in answer["observations"]}
    assert found == {("08", "0809"): 3878}


async def test_each_destination_has_the_printed_share(campus: Campus, henan: tuple[str, str]) -> None:
    school, token = henan
    answer = await campus.http.get(
        f"{campus.urls['indicators']}/v1/structures",
        headers=campus.officer(school),
        params={
            "school": school,
            "cohort": 2022,
            "dimension": "destination",
            "denominator_rule": "population",
            "min_change": token,
            "wait": "20s",
        },
    )
    assert answer.status_code == 200, answer.text
    [observation] = answer.json()["observations"]
    printed = {cell["code"]: (cell["count"], cell["share"]) for cell in observation["cells"]}
    assert printed == dict(HENAN_2022)


async def test_regions_of_work_by_level_are_those_the_university_printed(campus: Campus, another_school: str) -> None:
    levels = ("本科生毕业", "硕士生毕业")
    people = [
        (level, PLACE_IN_REGION[region])
        for region, (*by_level, _) in LIAONING_2022.items()
        for level, (count, _) in zip(levels, by_level, strict=True)
        for _ in range(count)
    ]
    rows = (
        graduate_row(number, 2022, 学历层次=level) | destination_cells("10", 单位所在地代码=place)
        for number, (level, place) in enumerate(people, start=1)
    )
    token = await load(campus, another_school, rows)
    query: dict[str, str | int] = {
        "school": another_school,
        "cohort": 2022,
        "dimension": "region",
        "regions": "four",
        "min_change": token,
        "wait": "20s",
    }
    address = f"{campus.urls['indicators']}/v1/structures"
    pooled = await campus.http.get(address, headers=campus.officer(another_school), params=query)
    assert pooled.status_code == 200, pooled.text
    [everybody] = pooled.json()["observations"]
    assert everybody["base"] == 3075
    assert {cell["code"]: cell["share"] for cell in everybody["cells"]} == {
        region: share for region, (*_, share) in LIAONING_2022.items()
    }
    split = await campus.http.get(
        address, headers=campus.officer(another_school), params={**query, "by": "education_level"}
    )
    found = {
        each["group"]["education_level"]: {cell["code"]: (cell["count"], cell["share"]) for cell in each["cells"]}
        for each in split.json()["observations"]
    }
    assert found == {
        "bachelor": {region: counts[0] for region, counts in LIAONING_2022.items()},
        "master": {region: counts[1] for region, counts in LIAONING_2022.items()},
    }
