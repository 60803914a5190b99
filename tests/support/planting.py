"""What is planted by the doors of destinations: texts and numbers about one graduate, and a report of the school."""

from campus import Campus
from canaries import WORDS, photo

CONTACT_PHONE = "13798765431"
PAY = "987651"


async def proven(campus: Campus, school: str, graduate: str) -> None:
    """Says whom to ask at the employer and what it pays, and shows a proof."""
    url, officer = f"{campus.urls['destinations']}/v1", campus.officer(school)
    own = campus.bearer("graduate", graduate=graduate)
    [registration] = (await campus.http.get(f"{url}/registrations", headers=own)).json()["items"]
    path = f"{url}/registrations/{registration['id']}"
    said = {"contact_name": WORDS["单位联系人"], "contact_phone": CONTACT_PHONE, "pay_amount": int(PAY)}
    match = {"If-Match": f'"{registration["version"]}"'}
    edited = await campus.http.patch(path, json=said | {"pay_unit": "month"}, headers=officer | match)
    assert (edited.status_code, edited.json()["pay_amount"]) == (200, int(PAY)), edited.text
    form = {"kind": "other", "title": WORDS["佐证标题"]}
    file = {"file": (WORDS["佐证标题"] + ".jpg", photo(), "image/jpeg")}
    shown = await campus.http.post(f"{path}/evidence", data=form, files=file, headers=own)
    assert shown.status_code == 201, shown.text


async def objected(campus: Campus, school: str, graduate: str) -> None:
    """Lets the graduate dispute the registration, the level that holds it answer, and the school plan support."""
    url, officer, own = (
        f"{campus.urls['destinations']}/v1",
        campus.officer(school),
        campus.bearer("graduate", graduate=graduate),
    )
    [registration] = (await campus.http.get(f"{url}/registrations", headers=own)).json()["items"]
    disputed = await campus.act(registration, "dispute", own, {"reason": WORDS["异议理由"]})
    assert disputed.status_code == 200, disputed.text
    [task] = (await campus.http.get(f"{url}/tasks", headers=own)).json()["items"]
    college = campus.bearer("college_officer", school=school, college=task["college_code"])
    holder = college if task["held_by"] == "college" else officer
    reply = {"text": WORDS["异议答复"]}
    kept = await campus.http.post(f"{url}/tasks/{task['id']}/answer", json=reply, headers=holder | {"If-Match": '"1"'})
    assert kept.status_code == 200, kept.text
    plan = {"graduate_id": graduate, "causes": ["other"], "plan": WORDS["帮扶计划"]}
    planned = await campus.http.post(f"{url}/support-plans", json=plan, headers=officer)
    assert planned.status_code == 201, planned.text


async def monitored(campus: Campus, school: str) -> None:
    """Sets the season, reminds its graduates, and asks for a report."""
    url, officer = f"{campus.urls['destinations']}/v1", campus.officer(school)
    put = await campus.http.put(f"{url}/seasons/{school}/2024", json={}, headers=officer | {"If-Match": '"0"'})
    assert put.status_code == 200, put.text
    asked = {"what": "confirmed", "filter": {"school_code": school, "cohort": 2024}}
    sent = await campus.http.post(f"{url}/reminders", json=asked, headers=officer)
    operation = await campus.finished("destinations", sent, officer)
    assert operation["result"]["reminded"] > 0, str(operation["result"])
    body = {"school_code": school, "cohort": 2024}
    reported = await campus.http.post(f"{url}/monitoring-reports", json=body, headers=officer)
    assert reported.status_code == 201, reported.text


async def doubted(campus: Campus, school: str, graduate: str) -> None:
    """Opens a case about the registration, and has somebody report the school."""
    url, officer = f"{campus.urls['destinations']}/v1", campus.officer(school)
    own = campus.bearer("graduate", graduate=graduate)
    [registration] = (await campus.http.get(f"{url}/registrations", headers=own)).json()["items"]
    case = {"school_code": school, "registrations": [registration["id"]], "note": WORDS["案件说明"]}
    opened = await campus.http.post(f"{url}/cases", json=case, headers=officer)
    assert opened.status_code == 201, opened.text
    told = {"school_code": school, "text": WORDS["举报内容"], "contact": WORDS["举报人"]}
    file = {"files": (WORDS["举报人"] + ".jpg", photo(), "image/jpeg")}
    sent = await campus.http.post(f"{url}/tip-offs", data=told, files=file)
    assert sent.status_code == 201, sent.text
    more = {"receipt": sent.json()["receipt"], "text": WORDS["举报补充"]}
    added = await campus.http.post(f"{url}/tip-offs/messages", json=more)
    assert added.status_code == 201, added.text
