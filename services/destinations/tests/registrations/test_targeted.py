"""Whom a unit had trained: the last approval looks at the unit, a file's row is warned about."""

from typing import Any

from desks import SEEKING, UNIT, Desk, code_of
from enrolling import Enrolment
from office import FULL, HEADERS, Office, counts, workbook

from destinations.roster.domain import NO_MODE

HOSPITAL = "某县人民医院（总院）"


async def at_the_last_approval(graduate_id: Any, author: Desk, college: Desk, content: dict[str, Any]) -> Any:
    answer = await author.register(graduate_id, content)
    for desk, action in ((author, "submit"), (college, "college-approve")):
        answer = await desk.act(answer, action)
        assert answer.status_code == 200, answer.text
    return answer


async def test_the_last_approval_asks_for_whom_a_graduate_was_trained(
    seat: Any, school: Desk, college: Desk, enrol: Enrolment, book: Any
) -> None:
    async def waiting(content: dict[str, Any], mode: str | None) -> tuple[Any, Any]:
        graduate_id = await enrol(training_mode_code=mode)
        author = seat("graduate", graduate=graduate_id)
        return graduate_id, await at_the_last_approval(graduate_id, author, college, content)

    there, before = await waiting(UNIT | {"employer_name": "某县人民医院(总院)"}, "2")
    book.units[there] = HOSPITAL
    assert (await school.act(before, "school-approve")).json()["state"] == "school_approved"
    assert book.revealed == [str(there)]

    elsewhere, before = await waiting(UNIT, "4")
    book.units[elsewhere] = HOSPITAL
    refused = await school.act(before, "school-approve")
    assert code_of(refused) == (409, "targeted_unit_mismatch")
    assert (refused.json()["state"], "return" in refused.json()["allowed_transitions"]) == ("college_approved", True)
    assert HOSPITAL not in refused.text
    book.down = True
    assert code_of(await school.act(before, "school-approve")) == (503, "registry_unavailable")

    # nothing is asked of registry where nothing can be wrong
    for content, mode in ((SEEKING, "2"), (UNIT, "1"), (UNIT, NO_MODE)):
        _, before = await waiting(content, mode)
        assert (await school.act(before, "school-approve")).status_code == 200
    book.down = False

    # who came into the roster before it said how a graduate was trained
    unknown, before = await waiting(UNIT, None)
    assert (await school.act(before, "school-approve")).status_code == 200
    assert book.revealed[-1] == str(unknown)


async def test_a_file_is_taken_with_a_warning(office: Office, book: Any) -> None:
    rows = [office.row(**FULL, enrolled=False) for _ in range(3)]
    modes = ("2", "2", "1")
    for number, (row, mode) in enumerate(zip(rows, modes, strict=True)):
        graduate_id = book.write(row["学号"], row["姓名"], cohort=2022, training_mode_code=mode)
        book.units[graduate_id] = FULL["单位名称"] if number == 0 else HOSPITAL
    pay = {"薪酬": 1000, "薪酬单位": "月", "毕业去向类别代码": "12", "毕业去向": "其他录用形式就业"}
    low = office.row(**FULL | pay)
    operation = await office.finished(await office.post(workbook([*rows, low], (*HEADERS, *pay)), "去向.xlsx"))
    assert counts(operation) == (4, 0, 0, 0)
    warned = [(each["row"], each["column"], each["rule"]) for each in operation["warnings"]]
    assert warned == [(3, "单位名称", "targeted_unit_mismatch"), (5, "薪酬", "minimum_wage_unknown")]
    assert HOSPITAL not in str(operation)


async def test_warnings_are_answered_in_the_callers_language(seat: Any, school: Desk, enrol: Enrolment) -> None:
    rows = (
        "area,from,to,month,hour,source,verified\n41,2024-01-01,,2000,19.6,s,true\n4101,2024-01-01,,2100,20.6,s,true\n"
    )
    headers = seat("admin").headers | {"Content-Type": "text/csv"}
    put = await school.http.put("/v1/reference-tables/minimum-wage", content=rows.encode(), headers=headers)
    assert put.status_code in {200, 201}, put.text
    graduate_id = await enrol()
    said = {"destination_code": "76", "place_code": "410102", "pay_amount": 2050, "pay_unit": "month"}
    created = await school.register(graduate_id, said)
    assert [(each["rule"], each["pointer"]) for each in created.json()["warnings"]] == [
        ("pay_below_minimum", "/pay_amount")
    ]
    counsellor = seat("counsellor", school="10001", class_="K1")
    counsellor.headers |= {"Accept-Language": "en"}
    [listed] = (await counsellor.get("/v1/registrations")).json()["items"]
    assert (listed["pay_amount"], [each["rule"] for each in listed["warnings"]]) == (None, ["pay_below_minimum"])
    assert listed["warnings"][0]["message"].startswith("The pay is below")
    raised = await school.patch(created, {"pay_amount": 2100, "pay_unit": None})
    assert [(each["rule"], each["pointer"]) for each in raised.json()["warnings"]] == [("expected", "/pay_unit")]
