"""A code that the administrator adds: refused before, taken by every service after, and labelled in the figures."""

from typing import Any

import httpx
from campus import Campus
from contents import CONTENTS
from format_a import HEADERS, graduate_row, workbook

from testing.waiting import eventually

Json = dict[str, Any]
CODE = "47"
ROW: Json = {"code": CODE, "label_zh": "低空经济", "label_en": "Low-altitude economy", "valid_from": "2024-01-01"}


async def test_an_added_industry_is_taken_and_counted(campus: Campus, new_school: str) -> None:
    officer, admin = campus.officer(new_school), campus.bearer("admin")
    row = graduate_row(1) | {"院系代码": "C01", "所在院系": "软件学院"}
    await campus.import_roster(workbook([row], (*HEADERS, "院系代码", "所在院系")), new_school)
    people = await campus.http.get(
        f"{campus.urls['registry']}/v1/graduates", params={"school": new_school}, headers=officer
    )
    new = (
        {"graduate_id": people.json()["items"][0]["id"]}
        | CONTENTS["10"]
        | {"destination_code": "10", "industry_code": CODE}
    )

    graduate = campus.bearer("graduate", graduate=new["graduate_id"])

    async def registered() -> httpx.Response:
        return await campus.http.post(f"{campus.urls['destinations']}/v1/registrations", json=new, headers=graduate)

    refused = await registered()
    assert refused.status_code == 422, refused.text
    assert [(each["pointer"], each["rule"]) for each in refused.json()["errors"]] == [
        ("/industry_code", "unknown_code")
    ]
    lists = f"{campus.urls['registry']}/v1/code-lists/industry"
    added = await campus.http.post(f"{lists}/entries", json=ROW, headers=admin)
    assert added.status_code == 201, added.text
    shown = (await campus.http.get(lists, headers=officer)).json()["items"]
    assert [(each["label_zh"], each["verified"]) for each in shown if each["code"] == CODE] == [("低空经济", False)]

    async def taken() -> Json:
        answered = await registered()
        assert answered.status_code == 201, answered.text
        return dict(answered.json())

    registration = await eventually(taken, within=30, describe="the code in destinations")
    college = campus.bearer("college_officer", school=new_school, college="C01")
    for action, by in (("submit", graduate), ("college-approve", college), ("school-approve", officer)):
        registration = (await campus.act(registration, action, by)).json()
    figure = await campus.http.get(
        f"{campus.urls['indicators']}/v1/structures",
        params={
            "school": new_school,
            "cohort": "2024",
            "dimension": "industry",
            "min_change": [added.json()["change_token"], registration["change_token"]],
            "wait": "20s",
        },
        headers=officer | {"Accept-Language": "zh-CN"},
    )
    assert figure.json()["min_change_met"] is True, figure.text
    [observation] = figure.json()["observations"]
    assert [(cell["code"], cell["label"], cell["count"]) for cell in observation["cells"]] == [(CODE, "低空经济", 1)]
