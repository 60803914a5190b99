"""What is planted by the doors of destinations: texts and numbers about one graduate, and a report of the school."""

from typing import Any

from campus import Campus
from canaries import WORDS, found_in, photo
from writes import source_authorisation

from testing.waiting import eventually

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
    piece = f"{url}/evidence/{shown.json()['id']}"

    async def rejected() -> bool:
        """Once it was checked."""
        said, match = {"reason": WORDS["退件理由"]}, {"If-Match": "*"}
        answer = await campus.http.post(f"{piece}/reject", json=said, headers=officer | match)
        return answer.status_code == 200

    await eventually(rejected, within=60, describe="the check of a piece of evidence")


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
    plan: dict[str, Any] = {
        "graduate_id": graduate,
        "causes": ["other"],
        "plan": WORDS["帮扶计划"],
        "result": WORDS["帮扶结果"],
    }
    plan["measures"] = [{"kind": "other", "offered_on": "2024-06-18", "outcome": WORDS["措施结果"]}]
    plan["contacts"] = [{"contacted_on": "2024-06-18", "note": WORDS["联系情况"]}]
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
    inspector = campus.bearer("school_officer", school=school, subject="inspector") | {"If-Match": "*"}
    for act, said in (
        ("find", {"finding": "true", "note": WORDS["核实说明"]}),
        ("close", {"no_correction": WORDS["不更正理由"]}),
    ):
        done = await campus.http.post(f"{url}/cases/{opened.json()['id']}/{act}", json=said, headers=inspector)
        assert done.status_code == 200, done.text
    drawn = {"school_code": school, "cohort": 2024, "size": 5}
    sample = await campus.http.post(f"{url}/samples", json=drawn, headers=inspector)
    assert sample.status_code == 201, sample.text
    items = f"{url}/samples/{sample.json()['id']}/items"
    for item in (await campus.http.get(items, headers=inspector)).json()["items"]:
        said = {"result": "correct", "method": "document", "note": WORDS["抽查说明"]}
        decided = await campus.http.post(f"{items}/{item['n']}/decide", json=said, headers=inspector)
        assert decided.status_code == 200, decided.text
    told = {"school_code": school, "text": WORDS["举报内容"], "contact": WORDS["举报人"]}
    file = {"files": (WORDS["举报人"] + ".jpg", photo(), "image/jpeg")}
    sent = await campus.http.post(f"{url}/tip-offs", data=told, files=file)
    assert sent.status_code == 201, sent.text
    more = {"receipt": sent.json()["receipt"], "text": WORDS["举报补充"]}
    added = await campus.http.post(f"{url}/tip-offs/messages", json=more)
    assert added.status_code == 201, added.text


async def mistaken(campus: Campus, school: str, graduate: str) -> None:
    """Sends what no door takes: no problem, and no error of an import, quotes it."""
    url, officer, wrong = f"{campus.urls['destinations']}/v1", campus.officer(school), WORDS["填错的内容"]
    own = campus.bearer("graduate", graduate=graduate)
    [registration] = (await campus.http.get(f"{url}/registrations", headers=own)).json()["items"]
    path, match = f"{url}/registrations/{registration['id']}", {"If-Match": "*"}
    doors: list[tuple[str, str, dict[str, str], dict[str, Any]]] = [
        *(
            ("PATCH", path, officer | match, {"json": {name: said}})
            for name, said in (("pay_amount", wrong), ("contact_phone", wrong), ("contact_name", wrong * 40))
        ),
        (
            "POST",
            f"{path}/evidence",
            own,
            {"data": {"kind": wrong, "title": wrong}, "files": {"file": ("a.jpg", photo())}},
        ),
        (
            "POST",
            f"{path}/evidence",
            own,
            {"data": {"kind": "other", "title": wrong}, "files": {"file": (wrong, b"MZ")}},
        ),
        ("POST", f"{path}/dispute", own | match, {"json": {"reason": wrong * 200, "kind": wrong}}),
        (
            "POST",
            f"{url}/support-plans",
            officer,
            {"json": {"graduate_id": graduate, "causes": [wrong], "plan": wrong * 300}},
        ),
        ("POST", f"{url}/tip-offs", {}, {"files": {"text": (None, wrong * 700), "accused": (None, wrong)}}),
        ("POST", f"{url}/tip-offs/messages", {}, {"json": {"receipt": wrong, "text": wrong}}),
        (
            "POST",
            f"{url}/cases",
            officer,
            {"json": {"school_code": school, "registrations": [wrong], "note": wrong * 400}},
        ),
        ("POST", f"{url}/ledger-entries", officer, {"json": {"graduate_id": graduate, "note": wrong * 100}}),
    ]
    for method, address, headers, content in doors:
        answer = await campus.http.request(method, address, headers=headers, **content)
        assert 400 <= answer.status_code < 500, (address, answer.text)
        assert found_in(answer.text, [wrong]) == [], (address, answer.text)
    asked = await campus.http.post(f"{url}/source-authorisations", json=source_authorisation(school), headers=officer)
    assert asked.status_code == 201, asked.text
    source = {"cohort": "2024", "source": "social_insurance", "authorisation_id": asked.json()["id"]}
    college = campus.bearer("college_officer", school=school, college="C01")
    for kind, headers, header, form in (
        ("ledger", college, "学号,姓名,核查方式,核查结果,备注", {"cohort": "2024", "round": "1"}),
        ("outside-data", officer, "证件号,姓名,统一社会信用代码,单位名称,参保起", source),
    ):
        rows = f"{header}\n" + ",".join([wrong] * len(header.split(",")))
        fields, file = {"school_code": school} | form, {"file": ("wrong.csv", rows.encode())}
        sent = await campus.http.post(f"{url}/imports/{kind}", data=fields, files=file, headers=headers)
        assert sent.status_code == 202, sent.text
        operation = await campus.finished("destinations", sent, headers)
        # whom the roster does not have is only counted
        assert operation["errors_total"] or operation["result"]["not_found"], operation
        assert found_in(f"{operation}", [wrong]) == [], operation
