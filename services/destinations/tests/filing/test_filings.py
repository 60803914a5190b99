"""A filing from the question to the answer, over HTTP."""

from typing import Any

import pytest
from filing_desk import PURPOSE, FilingDesk, table
from office import FULL, Office, counts, stored

from common.database import Database

CODE = "毕业去向类别代码"
SUFFIX = {"A": 39, "B": 11, "D": 46, "F": 47}


@pytest.mark.parametrize("file_type", ["csv", "xlsx"])
@pytest.mark.parametrize("format_", ["A", "B", "D", "F"])
async def test_what_is_filed_comes_back_unchanged(
    desk: FilingDesk, office: Office, database: Database, format_: str, file_type: str
) -> None:
    await desk.graduates(FULL, {CODE: "801", "单位名称": "某大学"}, {CODE: "70"}, {})
    filing, _ = await desk.prepare(format=format_, file_type=file_type, unregistered="as_seeking")
    assert (filing["rows"], filing["left_out"], filing["serial"], filing["state"]) == (4, 0, 1, "prepared")
    manifest = await desk.manifest(filing)
    assert manifest["by_code"] == {"10": 1, "70": 2, "801": 1}
    assert (manifest["as_seeking"], manifest["withdrawn"]) == (1, 0)
    content = await desk.file(filing)
    if file_type == "csv":
        rows = table(content)
        assert len(rows[0]) == SUFFIX[format_]
    events = await stored(database, "SELECT id FROM outbox")
    operation = await office.finished(await office.post(content, f"a.{file_type}"))
    assert (operation["state"], counts(operation)) == ("succeeded", (0, 0, 4, 0)), operation
    assert operation["result"]["warnings"] == {"filed_as_seeking": 1}
    assert await stored(database, "SELECT id FROM outbox") == events
    assert len(await office.registrations()) == 3


async def test_who_is_left_out_and_why(desk: FilingDesk, office: Office) -> None:
    filed, gap, pair, old, nothing, closed = await desk.graduates(
        FULL,
        FULL | {"统一社会信用代码": None},
        FULL | {"单位性质代码": "40"},
        {CODE: "27", "单位名称": "某大学", "单位所在地代码": "410102"},
        {},
        {CODE: "46"},
    )
    office.book.restricted.add(office.book.numbers[closed["学号"]][0])
    filing, operation = await desk.prepare(cohort=2022, file_type="xlsx")
    assert await desk.found(operation) == sorted(
        [
            *[(each["id"], "警告", "unconfirmed") for each in (filed, closed)],
            (gap["id"], "错误", "required"),
            (pair["id"], "错误", "pair"),
            (nothing["id"], "错误", "not_effective"),
            (closed["id"], "错误", "person_closed"),
            *[(old["id"], "警告", "unconfirmed")],
        ],
        key=lambda each: (each[2] == "person_closed", each[0]),
    )
    assert (filing["rows"], filing["left_out"]) == (2, 4)
    assert operation["result"]["errors"] == {"required": 1, "pair": 1, "not_effective": 1, "person_closed": 1}
    assert operation["result"]["warnings"] == {"unconfirmed": 3}


async def test_changes_are_what_differs_from_what_the_recipient_has(desk: FilingDesk, office: Office) -> None:
    same, other, gone = await desk.graduates(FULL, FULL, FULL)
    first = await desk.sent()
    shown = {each["graduate_id"]: each["filing"] for each in await office.registrations()}
    assert shown[same["id"]] == {"filing_id": first["id"], "version": 1, "state": "current"}
    await desk.imported(other | {CODE: "11"})
    new = await desk.graduate("46")
    await desk.changed(gone, counted=False, status="withdrawn")
    shown = {each["graduate_id"]: each["filing"] for each in await office.registrations()}
    assert (shown[same["id"]]["state"], shown[other["id"]]["state"], shown[new["id"]]) == ("current", "outdated", None)
    second = await desk.sent(content="changes")
    assert second["previous"] == first["id"]
    assert (second["serial"], second["rows"], (await desk.manifest(second))["withdrawn"]) == (2, 2, 1)
    assert {each["姓名"] for each in table(await desk.file(second))} == {other["姓名"], new["姓名"]}
    third, _ = await desk.prepare(content="changes")
    assert (third["rows"], third["left_out"]) == (0, 0)
    assert table(await desk.file(third)) == []


async def test_whom_registry_closes_is_taken_back_by_a_whole_file_and_filed_again_later(
    desk: FilingDesk, office: Office
) -> None:
    closed, _ = await desk.graduate("46"), await desk.graduate("46")
    await desk.sent()
    office.book.restricted.add(office.book.numbers[closed["学号"]][0])
    kept, _ = await desk.prepare(content="changes")
    assert (kept["rows"], (await desk.manifest(kept))["withdrawn"]) == (0, 0)
    await desk.act(kept, "discard")
    whole, operation = await desk.prepare()
    assert (whole["rows"], whole["left_out"], (await desk.manifest(whole))["withdrawn"]) == (1, 1, 1)
    found = {(each, rule) for each, _, rule in await desk.found(operation)}
    assert {(closed["id"], "person_closed"), (closed["id"], "filed_before")} <= found
    await desk.act(whole, "send")
    office.book.restricted.clear()
    again, _ = await desk.prepare(content="changes")
    assert [each["姓名"] for each in table(await desk.file(again))] == [closed["姓名"]]


async def test_what_waits_for_review_shows_in_which_filing_it_was_sent(desk: FilingDesk, office: Office) -> None:
    graduate = await desk.graduate("46")
    filing = await desk.sent()
    (before,) = await office.registrations()
    named = {**office.mint.headers("graduate", graduate=graduate["id"]), "If-Match": '"1"'}
    path = f"/v1/registrations/{before['id']}/request-void"
    asked = await office.http.post(path, headers=named)
    assert asked.status_code == 200, asked.text
    shown = {"filing_id": filing["id"], "version": 1, "state": "current"}
    assert asked.json()["filing"] == shown
    college = office.mint.headers("college_officer", school="10001", college="C01")
    (waiting,) = (await desk.get("/v1/review-queue", college)).json()["items"]
    assert waiting["filing"] == shown


async def test_one_waits_for_a_recipient_at_a_time(desk: FilingDesk) -> None:
    await desk.graduate("46")
    filing, _ = await desk.prepare()
    refused = await desk.ask()
    assert (refused.status_code, refused.json()["code"]) == (409, "filing_open")
    nation, _ = await desk.prepare(recipient="nation")
    own, _ = await desk.prepare(recipient=None)
    assert [each["serial"] for each in (filing, nation, own)] == [1, 1, 1]
    discarded = await desk.act(filing, "discard")
    assert (discarded.json()["state"], discarded.json()["allowed_transitions"]) == ("discarded", [])
    without = await desk.get(f"/v1/filings/{filing['id']}/file", {**desk.office.headers, **PURPOSE})
    assert (without.status_code, without.json()["code"]) == (409, "filing_without_file")
    again, _ = await desk.prepare()
    assert again["serial"] == 2


async def test_the_states_of_a_filing(desk: FilingDesk, mint: Any) -> None:
    await desk.graduate("46")
    filing, _ = await desk.prepare()
    assert (await desk.act(filing, "accept")).status_code == 409
    sent = (await desk.act(filing, "send")).json()
    assert (sent["state"], sent["allowed_transitions"]) == ("sent", ["accept", "return"])
    assert (await desk.act(filing, "send")).status_code == 412
    assert (await desk.act(sent, "discard")).json()["code"] == "transition_not_allowed"
    returned = (await desk.act(sent, "return", body={"reason": "缺少签章"})).json()
    assert (returned["state"], returned["reason"]) == ("returned", "缺少签章")
    other = await desk.sent()
    accepted = await desk.act(other, "accept")
    assert accepted.json()["state"] == "accepted"
    assert (await desk.act(accepted.json(), "return")).status_code == 409
    again = await desk.get("/v1/filings", school="10001", recipient="province")
    assert [each["state"] for each in again.json()["items"]] == ["returned", "accepted"]


async def test_who_may_do_what(desk: FilingDesk, office: Office, mint: Any, database: Database) -> None:
    await desk.graduate("46")
    college = mint.headers("college_officer", school="10001", college="C01")
    other = mint.headers("college_officer", school="10001", college="C02")
    auditor = mint.headers("auditor", school="10001")
    filing = await desk.sent()
    path = f"/v1/filings/{filing['id']}"
    assert (await desk.ask(college)).status_code == 403
    own, _ = await desk.prepare(college, recipient=None)
    assert (own["college_code"], own["filter"]["college_code"], own["rows"]) == ("C01", "C01", 1)
    assert (await desk.ask(other, recipient=None, filter={"college_code": "C01"})).status_code == 404
    assert (await desk.get(path, college)).status_code == 404
    assert (await desk.get(f"/v1/filings/{own['id']}", other)).status_code == 404
    assert await desk.file(own, college)
    assert (await desk.get(f"{path}/file")).json()["code"] == "purpose_required"
    wrong = await desk.get(f"{path}/file", {**office.headers, "X-Purpose": "review"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "purpose_not_permitted")
    assert (await desk.get(f"{path}/manifest", auditor)).status_code == 200
    assert (await desk.get(f"{path}/file", {**auditor, **PURPOSE})).status_code == 403
    assert (await desk.get("/v1/filings", mint.headers("counsellor", school="10001"))).status_code == 403
    read = await stored(database, "SELECT kind, role, purpose, fields FROM accesses")
    assert [(each.kind, each.role, each.purpose) for each in read] == [("filing", "college_officer", "filing")]
    assert "name" in read[0].fields


async def test_a_school_of_nobody_has_nothing_to_file(desk: FilingDesk) -> None:
    refused = await desk.ask(filter={"college_code": "C99"})
    assert (refused.status_code, refused.json()["errors"][0]["rule"]) == (422, "nobody_selected")
    assert (await desk.ask(school_code="10002")).status_code == 404
    assert (await desk.ask(format="C")).status_code == 422


async def test_a_file_with_an_erased_person_is_given_to_nobody(desk: FilingDesk, office: Office) -> None:
    graduate = await desk.graduate("46")
    filing = await desk.sent()
    assert await desk.file(filing)
    await desk.changed(graduate, erased=True)
    gone = await desk.get(f"/v1/filings/{filing['id']}/file", {**office.headers, **PURPOSE})
    assert (gone.status_code, gone.json()["code"]) == (410, "filing_has_erased")
    other, operation = await desk.prepare()
    assert (other["rows"], operation["result"]["errors"]) == (0, {"person_closed": 1})


async def test_a_copy_of_a_persons_data_says_what_was_filed(desk: FilingDesk, mint: Any) -> None:
    graduate = await desk.graduate("46")
    filing = await desk.sent()
    answer = await desk.get(f"/v1/graduates/{graduate['id']}/data", mint.headers("graduate", graduate=graduate["id"]))
    (filed,) = answer.json()["records"]["filings"]
    assert (filed["id"], filed["what"], filed["version"], filed["destination_code"]) == (
        filing["id"],
        "effective",
        1,
        "46",
    )
