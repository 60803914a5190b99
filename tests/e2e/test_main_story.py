"""The main job, end to end: files in, a registration through its life-cycle, each step in the rates at once."""

from collections.abc import Mapping
from typing import Any

import pytest
from campus import Campus
from format_a import HEADERS, CellValue, destination_cells, graduate_row, workbook
from survey_team import answer, invited, open_wave

Json = dict[str, Any]

EMPLOYED: Json = {
    "destination_code": "10",
    "employer_name": "郑州某公司",
    "employer_uscc": "91110000600037341L",
    "employer_nature_code": "39",
    "industry_code": "34",
    "place_code": "410102",
    "employer_address": "某路2号",
    "position_code": "13",
    "signed_on": "2024-06-15",
}


COLUMNS = (*HEADERS, "院系代码", "所在院系")


def roster_rows() -> list[dict[str, CellValue]]:
    return [graduate_row(number) | {"院系代码": "C01", "所在院系": "软件学院"} for number in range(1, 11)]


async def measures(campus: Campus, school: str, token: str, **query: str) -> Mapping[str, int]:
    """Numerators of the school's live rates once a change is in them, with base and not registered."""
    asked = {"school": school, "cohort": "2024", "min_change": token} | query
    body = await campus.rates(campus.officer(school), **asked)
    assert body["min_change_met"] is True
    [observation] = body["observations"]
    counts = {name: figure["numerator"] for name, figure in observation["measures"].items()}
    return counts | {"base": observation["base"], "not_registered": observation["not_registered"]}


@pytest.fixture(scope="module")
async def cohort(campus: Campus, new_school: str) -> Json:
    """A roster of ten and the destinations of four of them, by files; `token` is that of the last change."""
    rows = roster_rows()
    decided = [row | destination_cells(code) for row, code in zip(rows, ("10", "76", "801", "70"), strict=False)]
    roster = await campus.import_roster(workbook(rows, COLUMNS), new_school)
    assert (roster["state"], roster["result"]["created"]) == ("succeeded", 10), roster
    registrations = await campus.import_registrations(workbook(decided), new_school)
    assert (registrations["state"], registrations["result"]["created"]) == ("succeeded", 4), registrations
    return {"school": new_school, "token": registrations["result"]["change_token"], "roster": roster["result"]}


async def graduate_without_registration(campus: Campus, school: str) -> str:
    graduates = await campus.http.get(
        f"{campus.urls['registry']}/v1/graduates", params={"school": school}, headers=campus.officer(school)
    )
    registered = await campus.http.get(
        f"{campus.urls['destinations']}/v1/registrations", params={"school": school}, headers=campus.officer(school)
    )
    taken = {each["graduate_id"] for each in registered.json()["items"]}
    return str(next(each["id"] for each in graduates.json()["items"] if each["id"] not in taken))


async def test_files_become_rates(campus: Campus, cohort: Json) -> None:
    found = await measures(campus, cohort["school"], cohort["token"])
    assert (found["base"], found["not_registered"]) == (10, 6)
    assert (found["placement_rate"], found["seeking_rate"], found["flexible_employment_rate"]) == (3, 1, 1)


async def test_the_same_file_again_changes_and_announces_nothing(campus: Campus, cohort: Json) -> None:
    school = cohort["school"]
    feed = f"{campus.urls['registry']}/v1/changes"
    before = (await campus.http.get(feed, params={"limit": 500}, headers=campus.officer(school))).json()["items"]
    again = await campus.import_roster(workbook(roster_rows(), COLUMNS), school)
    result = again["result"]
    assert (result["created"], result["updated"], result["unchanged"], result["rejected"]) == (0, 0, 10, 0)
    assert result["change_token"] is None
    assert (await campus.http.get(feed, params={"limit": 500}, headers=campus.officer(school))).json()[
        "items"
    ] == before


async def test_a_registration_moves_the_rates_when_the_school_approves_it(campus: Campus, cohort: Json) -> None:
    school = cohort["school"]
    graduate_id = await graduate_without_registration(campus, school)
    graduate = campus.bearer("graduate", graduate=graduate_id)
    college = campus.bearer("school_officer", school=school, subject="not the college")
    before = await measures(campus, school, cohort["token"])

    created = await campus.http.post(
        f"{campus.urls['destinations']}/v1/registrations",
        json={"graduate_id": graduate_id} | EMPLOYED,
        headers=graduate,
    )
    assert (created.status_code, created.json()["state"], created.json()["change_token"]) == (201, "draft", None)
    submitted = await campus.act(created.json(), "submit", graduate)
    assert submitted.json()["state"] == "submitted"
    assert (await campus.act(submitted.json(), "college-approve", college)).status_code == 403
    assert submitted.json()["college_code"] == "C01"
    officer = campus.bearer("college_officer", school=school, college="C01")
    approved = await campus.act(submitted.json(), "college-approve", officer)
    assert (approved.json()["state"], approved.json()["change_token"]) == ("college_approved", None)
    assert await measures(campus, school, cohort["token"]) == before

    decided = await campus.act(approved.json(), "school-approve", campus.officer(school))
    assert (decided.json()["state"], decided.json()["confirmation"]) == ("school_approved", "unconfirmed")
    after = await measures(campus, school, decided.json()["change_token"])
    assert after["placement_rate"] == before["placement_rate"] + 1
    assert after["not_registered"] == before["not_registered"] - 1
    confirmed = await campus.act(decided.json(), "confirm", graduate)
    assert confirmed.json()["confirmation"] == "confirmed"
    assert await measures(campus, school, confirmed.json()["change_token"]) == after


async def test_who_is_excluded_leaves_the_population_by_two_people(campus: Campus, cohort: Json) -> None:
    school = cohort["school"]
    graduate_id = await graduate_without_registration(campus, school)
    before = await measures(campus, school, cohort["token"])
    left = await campus.change_population(school, [graduate_id], "exclude", effective_on="2024-07-02")
    after = await measures(campus, school, left["change_token"])
    assert (after["base"], after["not_registered"]) == (before["base"] - 1, before["not_registered"] - 1)
    days = [await measures(campus, school, left["change_token"], as_of=f"2024-07-0{day}") for day in (1, 2)]
    assert [day["base"] for day in days] == [before["base"], after["base"]]


async def test_answers_to_a_survey_become_the_response_rate(campus: Campus, cohort: Json) -> None:
    school = cohort["school"]
    manager = campus.bearer("survey_manager", school=school)
    wave = await open_wave(campus, school, manager, cohort["roster"]["change_token"])
    tokens = await invited(campus, wave, manager)
    assert len(tokens) == wave["eligible"]
    asked = await response_rate(campus, school, wave["change_token"])
    assert (asked["eligible"], asked["valid"]) == (wave["eligible"], 0)

    first, second = sorted(tokens)[:2]
    incomplete = await answer(campus, tokens[first], {"remarks": "没有时间"})
    assert incomplete.status_code == 422
    done = [await answer(campus, tokens[each], {"related": "yes"}) for each in (first, second)]
    assert [each.status_code for each in done] == [200, 200]
    answered = await response_rate(campus, school, done[1].json()["change_token"])
    assert answered["valid"] == 2

    mine = campus.bearer("graduate", graduate=first)
    [response] = (await campus.http.get(f"{campus.urls['surveys']}/v1/responses", headers=mine)).json()["items"]
    withdrawn = await campus.http.post(
        f"{campus.urls['surveys']}/v1/responses/{response['id']}/withdraw",
        headers=mine | {"If-Match": f'"{response["version"]}"'},
    )
    assert withdrawn.status_code == 200, withdrawn.text
    left = await response_rate(campus, school, withdrawn.json()["change_token"])
    assert (left["eligible"], left["valid"]) == (wave["eligible"], 1)


async def response_rate(campus: Campus, school: str, token: str) -> Json:
    answered = await campus.http.get(
        f"{campus.urls['indicators']}/v1/response-rates",
        params={"school": school, "cohort": 2024, "cycle": 1, "min_change": token, "wait": "20s"},
        headers=campus.officer(school),
    )
    assert answered.status_code == 200, answered.text
    [observation] = answered.json()["observations"]
    return dict(observation)
