"""What a survey team and its respondents do over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from campus import Campus

Json = dict[str, Any]

QUESTIONNAIRE: Json = {
    "title": {"zh": "毕业一年后调查", "en": "One year after graduation"},
    "pages": [
        {
            "id": "work",
            "questions": [
                {
                    "id": "related",
                    "type": "single_choice",
                    "required": True,
                    "text": {"zh": "工作与专业相关吗", "en": "Is your work related to your major?"},
                    "options": [
                        {"value": "yes", "text": {"zh": "相关", "en": "Related"}},
                        {"value": "no", "text": {"zh": "不相关", "en": "Not related"}},
                    ],
                    "measure": {"id": "left_job_12m", "map": {"yes": "false", "no": "true"}},
                },
                {
                    "id": "pay",
                    "type": "number",
                    "text": {"zh": "每月税前薪资", "en": "Pay a month before tax"},
                    "measure": {"id": "salary"},
                },
                {"id": "remarks", "type": "text", "text": {"zh": "其他意见", "en": "Anything else?"}},
            ],
        }
    ],
}


async def published_questionnaire(campus: Campus, headers: dict[str, str]) -> Json:
    """Create a questionnaire and publish it."""
    base = f"{campus.urls['surveys']}/v1/questionnaires"
    made = await campus.http.post(base, json=QUESTIONNAIRE, headers=headers)
    assert made.status_code == 201, made.text
    address = f"{base}/{made.json()['id']}/publish"
    published = await campus.http.post(address, headers=headers | {"If-Match": made.headers["ETag"]})
    assert published.status_code == 200, published.text
    return dict(published.json())


async def open_wave(campus: Campus, school: str, headers: dict[str, str], min_change: str, cycle: int = 1) -> Json:
    """Create a wave that is open now, for the cohort as it is after a change."""
    questionnaire, now = await published_questionnaire(campus, headers), datetime.now(UTC)
    body = {
        "school_code": school,
        "cohort": 2024,
        "cycle": cycle,
        "questionnaire_id": questionnaire["id"],
        "questionnaire_version": questionnaire["published_version"],
        "opens_at": (now - timedelta(hours=1)).isoformat(),
        "closes_at": (now + timedelta(days=1)).isoformat(),
    }
    made = await campus.http.post(
        f"{campus.urls['surveys']}/v1/waves",
        json=body,
        headers=headers,
        params={"min_change": min_change, "wait": "20s"},
    )
    assert (made.status_code, made.json()["min_change_met"]) == (201, True), made.text
    return dict(made.json())


async def invited(campus: Campus, wave: Json, headers: dict[str, str]) -> dict[str, str]:
    """Make the wave's links; gives the token of each graduate's link."""
    address = f"{campus.urls['surveys']}/v1/waves/{wave['id']}/invitations"
    accepted = await campus.http.post(address, json={"channel": "link"}, headers=headers)
    assert accepted.status_code == 202, accepted.text
    operation = await campus.finished("surveys", accepted, headers)
    assert operation["state"] == "succeeded", operation
    page = (await campus.http.get(address, headers=headers, params={"limit": 500})).json()
    return {each["graduate_id"]: each["link"].split("#")[1] for each in page["items"]}


async def answer(campus: Campus, token: str, values: Json) -> httpx.Response:
    """Open a link, agree to the privacy statement, fill in the page and submit."""
    base, link = f"{campus.urls['surveys']}/v1/answer", {"Authorization": f"Survey {token}"}
    opened = await campus.http.get(base, headers=link)
    assert opened.status_code == 200, opened.text
    agreed = await consent(campus, token, opened)
    assert agreed.status_code == 200, agreed.text
    saved = await campus.http.put(
        f"{base}/pages/work", json={"values": values}, headers=link | {"If-Match": agreed.headers["ETag"]}
    )
    assert saved.status_code == 200, saved.text
    return await campus.http.post(f"{base}/submit", headers=link | {"If-Match": saved.headers["ETag"]})


async def consent(campus: Campus, token: str, opened: httpx.Response) -> httpx.Response:
    """Agree to the privacy statement that an opened link shows."""
    said = {"statement_version": opened.json()["consent"]["statement_version"], "agreed": True, "sensitive": True}
    headers = {"Authorization": f"Survey {token}", "If-Match": opened.headers["ETag"]}
    return await campus.http.put(f"{campus.urls['surveys']}/v1/answer/consent", json=said, headers=headers)


async def made(campus: Campus, path: str, headers: dict[str, str], body: Json) -> str:
    """Create something in surveys; gives its id."""
    answered = await campus.http.post(campus.urls["surveys"] + path, json=body, headers=headers)
    assert answered.status_code == 201, answered.text
    return str(answered.json()["id"])
