"""Movements of persons over HTTP."""

import csv
import io
from datetime import date
from typing import Any

import openpyxl
import pytest

from testing.http import Client, get

PATH = "/v1/movements"
DAYS: dict[str, Any] = {"cohort": 2024, "from": "2024-06-30", "to": "2024-08-31"}


@pytest.fixture(scope="module")
async def people(new_school: Any, apply: Any) -> dict[str, Any]:
    """One graduate of each kind: moved within a class, to another class, out, in, back, and not at all."""
    school = new_school()
    school.described("410000")
    june, july = date(2024, 6, 1), date(2024, 7, 15)
    named = {name: school.enters(college_code="C0", class_code="K1") for name in ("within", "across", "out", "back")}
    named |= {"still": school.enters(college_code="C0"), "other": school.enters(college_code="C1", class_code="K2")}
    for name in named:
        school.goes(named[name], "10", june)
    school.goes(named["within"], "11", july)
    school.goes(named["across"], "801", july)
    school.goes(named["other"], "70", july)
    school.goes(named["back"], "70", july)
    school.goes(named["back"], "10", date(2024, 8, 1))
    school.enters(named["out"], status="withdrawn", day=july, college_code="C0", class_code="K1")
    named["in"] = school.enters(day=july, college_code="C0")
    await apply(school.events)
    return {"school": school.code, **{name: str(each) for name, each in named.items() if name != "school"}}


def shown(body: Any) -> dict[str, tuple[Any, ...]]:
    names = ("from_class", "to_class", "from_code", "to_code")
    return {each["graduate_id"]: tuple(each[name] for name in names) for each in body["items"]}


async def test_who_moved_is_named_with_both_classes_and_codes(client: Client, people: Any) -> None:
    officer = client("school_officer", school=people["school"])
    body = await get(officer, PATH, school=people["school"], **DAYS)
    assert shown(body) == {
        people["within"]: ("unit", "unit", "10", "11"),
        people["across"]: ("unit", "further_study", "10", "801"),
        people["other"]: ("unit", "seeking", "10", "70"),
        people["out"]: ("unit", "outside", "10", None),
        people["in"]: ("outside", "not_registered", None, None),
    }
    assert [each["graduate_id"] for each in body["items"]] == sorted(shown(body))
    assert (body["from"], body["to"], body["scheme"], body["next_cursor"]) == (
        "2024-06-30",
        "2024-08-31",
        "CN-2024",
        None,
    )


async def test_classes_filter_and_pages_follow(client: Client, people: Any) -> None:
    query: dict[str, Any] = {"school": people["school"], **DAYS}
    for kept, names in (
        ({"from_class": "unit", "to_class": "unit"}, {"within"}),
        ({"from_class": "outside"}, {"in"}),
        ({"to_class": "outside"}, {"out"}),
        ({"to_class": "freelance"}, set()),
    ):
        body = await get(client("school_officer", school=people["school"]), PATH, **query, **kept)  # type: ignore[arg-type]
        assert set(shown(body)) == {people[name] for name in names}
    seen: list[str] = []
    async with client("school_officer", school=people["school"]) as officer:
        answer = await officer.get(PATH, params={**query, "limit": 2})
        while True:
            seen += shown(answer.json())
            if "next" not in answer.links:
                break
            answer = await officer.get(answer.links["next"]["url"])
    assert len(seen) == len(set(seen)) == 5


async def test_each_sees_the_own_graduates_and_each_read_is_audited(client: Client, people: Any, rows: Any) -> None:
    query: dict[str, Any] = {"school": people["school"], **DAYS}
    own = {"school": people["school"]}
    college = await get(client("college_officer", **own, college="C1"), PATH, **query)
    assert set(shown(college)) == {people["other"]}
    counsellor = await get(client("counsellor", **own, college="C0", class_="K1"), PATH, **query)
    assert set(shown(counsellor)) == {people["within"], people["across"], people["out"]}
    asked = await get(client("college_officer", **own, college="C1"), PATH, **query, college="C0")
    assert asked["items"] == []
    await get(client("school_officer", school="99998"), PATH, 404, **query)
    for role in ("survey_manager", "admin", "system"):
        await get(client(role, **({} if role != "survey_manager" else own)), PATH, 403, **query)
    audited = await rows("SELECT detail FROM audit_entries WHERE action = 'movements.read' ORDER BY id DESC LIMIT 3")
    assert [each["detail"]["shown"] for each in audited] == [0, 3, 1]
    assert not any(people[name] in str(audited) for name in ("within", "across", "other"))


@pytest.mark.parametrize(
    ("query", "status", "parameter", "code"),
    [
        ({"format": "vega-lite"}, 400, "format", "no_chart"),
        ({"format": "sdmx-csv"}, 400, "format", "bad_query"),
        ({"from_class": "employed"}, 400, "from_class", "bad_query"),
        ({"to_class": "contract"}, 400, "to_class", "bad_query"),
        ({"from": "2024-09-01"}, 400, "from", "bad_query"),
        ({"to": "2199-01-01"}, 400, "to", "bad_query"),
        ({"province": "410000"}, 400, "province", "bad_query"),
        ({"snapshot": "year_end"}, 400, "snapshot", "bad_query"),
    ],
)
async def test_what_is_wrong_is_named(
    client: Client, people: Any, query: dict[str, Any], status: int, parameter: str, code: str
) -> None:
    given: dict[str, Any] = {"school": people["school"], **DAYS, **query}
    body = await get(client("school_officer", school=people["school"]), PATH, status, **given)
    assert (body["code"], {each["pointer"] for each in body["errors"]}) == (code, {parameter})


async def test_a_list_is_a_file_too(client: Client, people: Any) -> None:
    query: dict[str, Any] = {"school": people["school"], **DAYS, "limit": 2}
    async with client("school_officer", school=people["school"]) as officer:
        text = await officer.get(PATH, params={**query, "format": "csv"})
        book = await officer.get(PATH, params={**query, "format": "xlsx"})
        body = (await officer.get(PATH, params=query)).json()
    found = list(csv.DictReader(io.StringIO(text.content.decode("utf-8-sig"))))
    assert [each["graduate_id"] for each in found] == list(shown(body))
    assert text.links["next"]["url"].startswith(PATH)
    sheet = openpyxl.load_workbook(io.BytesIO(book.content))["数据"]
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == list(shown(body))
