"""From registrations to the figures of employers: a directory, a wave, answers about hires, and one taken back."""

from datetime import UTC, datetime, timedelta
from typing import Any

from campus import Campus, items
from format_a import destination_cells, graduate_row, workbook
from stdnum.cn import uscc
from survey_team import made

from testing.waiting import eventually

Json = dict[str, Any]

AGREED = {"statement_version": 1, "agreed": True, "sensitive": False}
MEASURES = ("ethics", "teamwork")
SCORES, HIRES = [5, 5, 4, 4, 2, 2], [10, 10, 1, 1, 4, 4]
"""Those of the contract: 3.67 by employers and 4.13 by graduates."""


async def test_answers_of_employers_become_their_figures(campus: Campus, new_school: str) -> None:
    manager = campus.bearer("survey_manager", school=new_school)
    rows, number = [], 0
    for at, hires in enumerate(HIRES):
        for _ in range(hires):
            number += 1
            cells = {"单位名称": f"第{at}单位", "统一社会信用代码": credit_code(at)}
            rows.append(graduate_row(number) | destination_cells("10", **cells))
    await campus.import_roster(workbook(rows), new_school)
    imported = await campus.import_registrations(workbook(rows), new_school)
    assert (imported["state"], imported["result"]["created"]) == ("succeeded", sum(HIRES)), imported

    async def directory() -> list[Json]:
        return await items(campus, "surveys", "/v1/employers", manager, school=new_school)

    async def hired() -> bool:
        return sorted(each["hires"].get("2024", 0) for each in await directory()) == sorted(HIRES)

    await eventually(hired, within=60)
    employers = {each["name"]: each["id"] for each in await directory()}
    wave = await asked(campus, new_school, manager)
    assert (wave["eligible"], wave["audience"]) == (6, "employers")
    address = f"{campus.urls['surveys']}/v1/waves/{wave['id']}/invitations"
    accepted = await campus.http.post(address, json={"channel": "link"}, headers=manager)
    assert (await campus.finished("surveys", accepted, manager))["state"] == "succeeded"
    tokens = {
        each["employer_id"]: each["link"].split("#")[1]
        for each in (await campus.http.get(address, headers=manager)).json()["items"]
    }
    for at, score in enumerate(SCORES):
        await answered(campus, tokens[employers[f"第{at}单位"]], score)

    year = wave["year"]
    officer = campus.officer(new_school)
    query = {"school": new_school, "year": year, "indicator": "employer_satisfaction"}

    async def counted() -> Json:
        found = await campus.http.get(f"{campus.urls['indicators']}/v1/tracking", headers=officer, params=query)
        assert found.status_code == 200, found.text
        return dict(found.json()["observations"][0])

    async def shown() -> bool:
        return bool((await counted())["indicators"]["employer_satisfaction"]["base"] == 6)

    await eventually(shown, within=150)
    found = await counted()
    assert (found["eligible"], found["respondents"]) == (6, 6)
    figure = found["indicators"]["employer_satisfaction"]
    # of 0 to 100: (100 + 100 + 75 + 75 + 25 + 25)/6, and by the thirty graduates
    assert (figure["value"], figure["per_graduate"]) == ("66.67", "78.33")

    # who takes the answer back has not answered from then on; the figure is that of its edition
    withdrawing = {"Authorization": f"Survey {tokens[employers['第0单位']]}"}
    gone = await campus.http.post(f"{campus.urls['surveys']}/v1/answer/withdraw", headers=withdrawing)
    assert gone.status_code == 204

    async def left() -> bool:
        return bool((await counted())["respondents"] == 5)

    await eventually(left, within=30)


def credit_code(number: int) -> str:
    """A credit code with its check digit."""
    beginning = f"911100006000{number:05d}"
    return beginning + uscc.calc_check_digit(beginning)


async def asked(campus: Campus, school: str, manager: dict[str, str]) -> Json:
    """A wave of employers that closes in a moment."""
    words = {"zh": "满意吗", "en": "Satisfied?"}
    scale: Json = {"type": "scale", "required": True, "core": True, "scale": {"min": 1, "max": 5}, "text": words}
    questions = [scale | {"id": name, "measure": {"id": name}} for name in MEASURES]
    content = {"title": words, "pages": [{"id": "p", "questions": questions}]}
    asks = await made(campus, "/v1/questionnaires", manager, content)
    publish = f"{campus.urls['surveys']}/v1/questionnaires/{asks}/publish"
    assert (await campus.http.post(publish, headers=manager | {"If-Match": "*"})).status_code == 200
    now = datetime.now(UTC)
    body = {
        "school_code": school,
        "audience": "employers",
        "questionnaire_id": asks,
        "questionnaire_version": 1,
        "opens_at": (now - timedelta(hours=1)).isoformat(),
        "closes_at": (now + timedelta(seconds=25)).isoformat(),
        "population": {"kind": "hires", "cohorts": [2024]},
    }
    wave = await campus.http.post(f"{campus.urls['surveys']}/v1/waves", json=body, headers=manager)
    assert wave.status_code == 201, wave.text
    return dict(wave.json())


async def answered(campus: Campus, token: str, score: int) -> None:
    """An employer agrees and answers."""
    base, link = f"{campus.urls['surveys']}/v1/answer", {"Authorization": f"Survey {token}", "If-Match": "*"}
    assert (await campus.http.put(f"{base}/consent", json=AGREED, headers=link)).status_code == 200
    sent = await campus.http.post(f"{base}/submit", json={"values": dict.fromkeys(MEASURES, score)}, headers=link)
    assert sent.status_code == 200, sent.text
