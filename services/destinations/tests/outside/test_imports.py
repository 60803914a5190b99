"""What files of outside data become: facts of graduates, and a number for everybody else."""

import io
from datetime import date
from typing import Any

import openpyxl
import pytest
from bureau import EMPLOYED, STUDYING, Bureau, five
from desks import UNIT, Desk, Seat, approved, code_of
from enrolling import Enrolment
from office import faults, stored

from common.contracts.fact import RECORDED, TOPIC, FactData
from common.database import Database

OTHER = {
    "统一社会信用代码": "91110000600037341L",
    "单位名称": "另一公司",
    "参保地代码": "110105",
    "参保起": "2024-08-01",
}


async def test_rows_become_facts_beside_the_registration(
    bureau: Bureau, school: Desk, college: Desk, seat: Seat, database: Database
) -> None:
    graduate, who = bureau.person()
    other, known = bureau.person()
    before = await approved(school, college, await in_roster(bureau, database, graduate), UNIT)
    operation = await bureau.send([who | EMPLOYED, who | OTHER | {"参保止": "2024-10"}, known | {"参保起": "20240701"}])
    assert (operation["state"], five(operation)) == ("succeeded", (3, 0, 0, 0, 0)), operation
    shown = await seat("graduate", graduate=graduate).get(f"/v1/graduates/{graduate}/facts")
    first, second = shown.json()["items"]
    assert first["values"] == {
        "employer_uscc": UNIT["employer_uscc"],
        "employer_name": "某某公司",
        "place_code": "410102",
    }
    assert (first["source"], first["kind"], first["from_on"], first["to_on"]) == (
        "social_insurance",
        "employment",
        "2024-07-01",
        None,
    )
    assert (first["differs"], second["differs"]) == ([], ["employer_uscc", "employer_name", "place_code"])
    assert second["to_on"] == "2024-10-31"
    again = await school.get(f"/v1/registrations/{before.json()['id']}")
    assert (again.json()["effective"], again.headers["ETag"]) == (before.json()["effective"], before.headers["ETag"])
    events = [row for row in await stored(database, "SELECT * FROM outbox ORDER BY id") if row["topic"] == TOPIC]
    assert [(row["type"], row["key"], row["sequence"]) for row in events if row["key"] == str(graduate)] == [
        (RECORDED, str(graduate), 1),
        (RECORDED, str(graduate), 2),
    ]
    said = {row["data"]["from_on"] + row["key"]: FactData.read(row["data"]) for row in events}
    same, elsewhere = said[f"2024-07-01{graduate}"], said[f"2024-08-01{graduate}"]
    assert (same.same_employer, same.employer_nature_code, same.industry_code, same.place_code) == (
        True,
        UNIT["employer_nature_code"],
        UNIT["industry_code"],
        "410102",
    )
    assert (elsewhere.same_employer, elsewhere.employer_nature_code, elsewhere.place_code) == (False, None, "110105")
    assert (str(elsewhere.fact_id), elsewhere.to_on) == (second["id"], date(2024, 10, 31))
    assert said[f"2024-07-01{other}"].same_employer is None
    assert operation["result"]["change_token"]
    [(count,)] = [tuple(row) for row in await stored(database, "SELECT count(*) FROM upload_chunks")]
    assert count == 0


async def in_roster(bureau: Bureau, database: Database, graduate: Any) -> Any:
    """The graduate in the roster of this service, too."""
    return await Enrolment(database).keep(bureau.office.book.graduates[graduate])


async def test_the_same_file_again_changes_nothing_and_another_value_makes_a_version(
    bureau: Bureau, database: Database, school: Desk
) -> None:
    graduate, who = bureau.person()
    row = who | EMPLOYED
    assert five(await bureau.send([row])) == (1, 0, 0, 0, 0)
    assert five(await bureau.send([row | {"单位名称": "某某公司 "}])) == (0, 0, 1, 0, 0)
    ended = row | {"参保止": "2024-12-31"}
    assert five(await bureau.send([ended], on_error="skip")) == (0, 1, 0, 0, 0)
    assert five(await bureau.send([ended], dry_run="true")) == (0, 0, 1, 0, 0)
    [item] = (await school.get(f"/v1/graduates/{graduate}/facts")).json()["items"]
    assert (item["version"], item["to_on"]) == (2, "2024-12-31")
    events = await stored(database, "SELECT data, sequence FROM outbox ORDER BY id")
    assert [(row["sequence"], row["data"]["version"], row["data"]["changed_fields"]) for row in events] == [
        (1, 1, ["from_on", "place_code"]),
        (2, 2, ["to_on"]),
    ]
    assert len({row["data"]["fact_id"] for row in events}) == 1


async def test_of_persons_who_are_not_found_nothing_stays_but_how_many(
    bureau: Bureau, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    _, who = bureau.person()
    stranger = {"证件号": "110101199912319999", "姓名": "陌生人"} | EMPLOYED | {"单位名称": "无名公司"}
    rows = [
        who | EMPLOYED,
        stranger,
        stranger | {"参保起": "无法识别", "统一社会信用代码": "无名代码"},
        who | OTHER | {"姓名": "同号异名"},
        stranger | {"证件号": "1.1E+17"},
        stranger | {"证件号": ""},
        who | EMPLOYED | {"参保起": "2023", "单位名称": "有误公司"},
    ]
    operation = await bureau.send(rows, on_error="skip")
    assert five(operation) == (1, 0, 0, 1, 5)
    assert (operation["result"]["name_mismatch"], operation["result"]["unreadable"]) == (1, 2)
    assert faults(operation) == [(8, "参保起", "date_format")]
    assert operation["result"]["warnings"] == {}
    report = await bureau.office.http.get(operation["error_report"], headers=bureau.office.headers)
    cells = {str(cell) for row in openpyxl.load_workbook(io.BytesIO(report.content)).active.values for cell in row}
    said = str([cells, operation, caplog.text, await everything(database)])
    assert "有误公司" in said, "the search finds what is there"
    assert [
        word
        for word in ("陌生人", "110101199912319999", "无名公司", "无名代码", "同号异名", "另一公司")
        if word in said
    ] == []


async def everything(database: Database) -> list[Any]:
    """All rows of all tables."""
    tables = await stored(database, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return [[tuple(each) for each in await stored(database, f"SELECT * FROM {row[0]}")] for row in tables]


async def test_a_faulty_row_refuses_the_file_unless_it_is_skipped(bureau: Bureau, database: Database) -> None:
    _, who = bureau.person()
    _, other = bureau.person()
    rows = [
        who | EMPLOYED,
        who | EMPLOYED,
        other | EMPLOYED | {"参保止": "2024-06"},
        other | EMPLOYED | {"统一社会信用代码": "91410100MA40ABCD16"},
        other | EMPLOYED | {"参保地代码": "999999"},
        other | {"单位名称": "某某公司"},
    ]
    refused = await bureau.send(rows)
    expected = [
        (3, "证件号", "duplicate_in_file"),
        (4, "参保止", "ends_before"),
        (5, "统一社会信用代码", "uscc_format"),
        (6, "参保地代码", "unknown_code"),
        (7, "参保起", "required"),
    ]
    assert (refused["state"], faults(refused)) == ("failed", expected)
    assert await stored(database, "SELECT 1 FROM facts") == []
    skipped = await bureau.send(rows, on_error="skip")
    assert five(skipped) == (1, 0, 0, 5, 0)


async def test_credentials_say_where_somebody_studies(registrar: Bureau, school: Desk, database: Database) -> None:
    graduate, who = registrar.person()
    assert five(await registrar.send([who | STUDYING])) == (1, 0, 0, 0, 0)
    [item] = (await school.get(f"/v1/graduates/{graduate}/facts")).json()["items"]
    assert item["values"] == {"study_school_name": "某大学", "study_level_code": "11", "study_state": "在籍"}
    assert (item["kind"], item["from_on"], item["differs"]) == ("study", "2024-09-01", [])
    [event] = await stored(database, "SELECT data FROM outbox")
    assert (event["data"]["kind"], event["data"]["same_employer"], event["data"]["place_code"]) == ("study", None, None)


async def test_who_left_or_is_erased_is_told_of_no_more(bureau: Bureau, database: Database) -> None:
    _, left = bureau.person(status="withdrawn")
    _, gone = bureau.person()
    bureau.office.book.erased.add(gone["证件号"])
    operation = await bureau.send([left | EMPLOYED, gone | EMPLOYED])
    assert (five(operation), operation["result"]["frozen"]) == ((0, 0, 2, 0, 0), 1)
    assert operation["result"]["warnings"] == {"graduate_withdrawn": 1, "erased_person": 1}
    assert gone["证件号"] not in str(operation)
    assert await stored(database, "SELECT 1 FROM facts") == []


async def test_an_authorisation_of_another_school_source_or_time_is_none(bureau: Bureau, seat: Seat) -> None:
    others: list[dict[str, str]] = [
        {"source": "credentials"},
        {"valid_to": "2024-12-31"},
        {"valid_from": "2199-01-01"},
        {"school_code": "10002"},
    ]
    for changed in others:
        if school := changed.get("school_code"):
            bureau.desk = seat("school_officer", school=school)
        refused = await bureau.post([], authorisation_id=await bureau.authorised(**changed))
        assert code_of(refused) == (409, "not_authorised"), changed


async def test_an_unknown_authorisation_is_none_and_a_file_of_persons_names_its_cohort(bureau: Bureau) -> None:
    unknown = await bureau.post([], authorisation_id="01890000-0000-7000-8000-000000000000")
    assert code_of(unknown) == (409, "not_authorised")
    _, who = bureau.person()
    for cohort, rule in (("", "required"), ("2010", "retention_ended")):
        refused = await bureau.post([who | EMPLOYED], cohort=cohort)
        assert refused.status_code == 422, refused.text
        [problem] = refused.json()["errors"]
        assert (problem["pointer"], problem["rule"]) == ("/cohort", rule)


async def test_facts_are_for_the_graduate_and_officers(bureau: Bureau, seat: Seat) -> None:
    graduate, who = bureau.person()
    await bureau.send([who | EMPLOYED])
    path = f"/v1/graduates/{graduate}/facts"
    for role in ("counsellor", "provincial_officer", "auditor", "admin", "survey_manager", "system"):
        desk = seat(role, school="10001", class_="K1", province="410000")
        assert code_of(await desk.get(path)) == (403, "forbidden")
        bureau.office.headers = desk.headers
        assert (await bureau.post([who | EMPLOYED])).status_code in {403, 404}, role
    assert len((await seat("college_officer", school="10001", college="C01").get(path)).json()["items"]) == 1
    for other in (seat("college_officer", school="10001", college="C02"), seat("school_officer", school="10002")):
        assert code_of(await other.get(path)) == (404, "not_found")
    page = await bureau.desk.get(path, limit=1)
    assert page.json()["next_cursor"] is None


async def test_while_registry_is_down_nothing_is_decided(bureau: Bureau, database: Database) -> None:
    _, who = bureau.person()
    bureau.office.book.down = True
    accepted = await bureau.post([who | EMPLOYED])
    assert await bureau.office.runner.run_once()
    assert (await bureau.office.operation(accepted))["state"] in {"queued", "running"}
    bureau.office.book.down = False
    assert await stored(database, "SELECT 1 FROM facts") == []
