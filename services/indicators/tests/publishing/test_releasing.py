"""From a draft to its release, over HTTP and on a real database."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text

from common.database import Database
from testing.databases import ServiceDatabase, committed

JUNE = date(2024, 6, 1)
RATES = {"kind": "rates", "by": ["major"], "measures": ["placement_rate"]}
EXAMPLE = {"a97": (97, 3), "b50": (50, 30), "c40": (40, 0), "d40": (40, 40), "e30": (30, 3), "f30": (30, 27)}
EXAMPLE |= {"g15": (15, 7), "h9": (9, 4)}


def of_majors(school: Any, majors: Mapping[str, tuple[int, int]] = EXAMPLE) -> Any:
    """A school of one college whose majors have so many graduates, so many of them unplaced."""
    school.described()
    school.people = []
    for major, (people, unplaced) in majors.items():
        for number in range(people):
            someone = school.enters(college_code="C01", major_code=major, education_level_code="31", sex_code="1")
            school.goes(someone, "70" if number < unplaced else "10", JUNE)
            school.people.append(someone)
    return school


def shown(published: Mapping[str, Any], table: int = 0) -> dict[str, tuple[int, str]]:
    return {
        each["group"]["major"]: (each["base"], each["measures"]["placement_rate"]["rate"])
        for each in published["tables"][table]["observations"]
    }


async def test_a_publication_from_draft_to_withdrawal(
    new_school: Any, freeze: Any, desk: Any, http: Any, database: Database
) -> None:
    """The example of indicators.md 6, through every state."""
    school = of_majors(new_school())
    at = desk(school)
    snapshot = await freeze(school)
    draft = await at.draft(snapshot, RATES)
    assert (draft["state"], draft["policy"], draft["preview"], draft["hash"]) == ("draft", "publication-1", None, None)
    assert draft["allowed_transitions"] == ["patch", "propose"]
    proposed = await at.proposed(draft)
    assert proposed["state"] == "proposed"
    why = {each["group"]["major"]: each["because"] for each in proposed["preview"][0]["hidden"]}
    assert why == dict.fromkeys(("a97", "e30", "f30"), "small_count") | dict.fromkeys(("g15", "h9"), "small_base")
    assert proposed["allowed_transitions"] == ["return"]
    path = f"/v1/published/{draft['id']}"
    assert (await http.get(path)).status_code == 404
    refused = await at.act(
        proposed, "release", at.one, consent={"authority": "a", "reference": "b", "on": "2024-09-02"}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "same_reviewer")
    refused = await at.act(proposed, "release", at.other, consent=None)
    assert (refused.status_code, refused.json()["code"]) == (422, "consent_required")
    released = await at.released(proposed)
    assert (released["state"], released["consent"]["on"]) == ("released", "2024-09-02")
    found = await http.get(path)
    assert found.headers["cache-control"] == "public, max-age=300"
    assert shown(found.json()) == {
        "b50": (50, "40.00"), "c40": (40, "100.00"), "d40": (40, "0.00"), "_other": (181, "75.69"),
    }  # fmt: skip
    again = await http.get(path, headers={"If-None-Match": found.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    listed = (await http.get(f"/v1/published?school={school.code}")).json()["items"]
    assert [each["id"] for each in listed] == [draft["id"]]
    assert "_other" in (await http.get(f"{path}?table=0&format=csv")).text
    assert "75.69" in (await http.get(f"/published/{draft['id']}")).text
    withdrawn = (await at.act(released, "withdraw", at.one, reason="更正")).json()
    assert (withdrawn["state"], withdrawn["withdraw_reason"]) == ("withdrawn", "更正")
    assert (await http.get(path)).status_code == 410
    async with database.reading() as connection:
        events = await connection.scalars(
            text("SELECT type FROM outbox WHERE key = :school AND type LIKE 'quxiang.publication%' ORDER BY position"),
            {"school": school.code},
        )
    assert list(events) == ["quxiang.publication.released", "quxiang.publication.withdrawn"]


async def test_a_revision_that_moves_one_person_shows_the_total_alone(
    new_school: Any, freeze: Any, desk: Any, http: Any
) -> None:
    school = of_majors(new_school(), {"a": (60, 20), "b": (50, 10)})
    at = desk(school)
    first = await freeze(school)
    tables = (RATES, {"kind": "rates", "measures": ["placement_rate"]})
    before = await at.released(await at.proposed(await at.draft(first, *tables)))
    assert [*shown((await http.get(f"/v1/published/{before['id']}")).json())] == ["a", "b"]
    school.goes(school.people[0], "10", JUNE)
    asked = await at.one.post(
        f"/v1/snapshots/{first['id']}/revise", json={"reason": "补录"}, headers={"If-Match": f'"{first["version"]}"'}
    )
    stale = await at.draft(first, RATES)
    approved = await at.other.post(f"/v1/snapshots/{asked.json()['id']}/approve", headers={"If-Match": '"1"'})
    revision = await freeze(school, approved.json())
    outdated = await at.act(stale, "propose")
    assert (outdated.status_code, outdated.json()["code"]) == (409, "revision_outdated")
    after = await at.proposed(await at.draft(revision, *tables))
    assert {each["because"] for each in after["preview"][0]["hidden"]} == {"small_change"}
    after = await at.released(after)
    assert after["supersedes"] == before["id"]
    published = (await http.get(f"/v1/published/{after['id']}")).json()
    assert shown(published) == {"_other": (110, "73.64")}
    assert published["tables"][1]["observations"][0]["measures"]["placement_rate"]["numerator"] == 81
    gone = await http.get(f"/v1/published/{before['id']}")
    assert (gone.status_code, gone.json()["successor"]) == (410, after["id"])


async def test_nothing_is_published_of_fewer_than_23(new_school: Any, freeze: Any, desk: Any) -> None:
    school = of_majors(new_school(), {"a": (22, 10)})
    at = desk(school)
    after = await at.proposed(await at.draft(await freeze(school), RATES))
    assert (after["state"], after["operation"]["state"]) == ("draft", "failed")
    assert [each["rule"] for each in after["operation"]["errors"]] == ["not_publishable"]


@pytest.mark.parametrize(
    ("table", "pointer", "rule"),
    [
        ({"kind": "rates", "by": ["class"]}, "/tables/0/by", "no_such_table"),
        ({"kind": "rates", "by": ["sex", "sex"]}, "/tables/0/by", "no_such_table"),
        ({"kind": "rates", "by": ["sex", "hardship"]}, "/tables/0/by", "no_such_table"),
        ({"kind": "rates", "measures": ["employment_rate"]}, "/tables/0/measures/0", "unknown_measure"),
        ({"kind": "structure"}, "/tables/0/dimension", "required"),
        ({"kind": "structure", "dimension": "insurance"}, "/tables/0/dimension", "unknown_dimension"),
        ({"kind": "structure", "dimension": "industry", "by": ["major"]}, "/tables/0/dimension", "only_classes"),
        (
            {"kind": "structure", "dimension": "industry", "denominator_rule": "moon"},
            "/tables/0/denominator_rule",
            "unknown_rule",
        ),
        ({"kind": "rates", "indicator": "salary"}, "/tables/0/indicator", "must_be_empty"),
        ({"kind": "structure", "dimension": "sex", "measures": ["x"]}, "/tables/0/measures", "must_be_empty"),
    ],
)
async def test_tables_that_do_not_exist_are_refused(
    table: dict[str, Any], pointer: str, rule: str, new_school: Any, freeze: Any, desk: Any
) -> None:
    school = of_majors(new_school(), {"a": (3, 1)})
    at, snapshot = desk(school), await freeze(school)
    body = {"school_code": school.code, "cohort": 2024, "snapshot_id": snapshot["id"], "title": "x", "tables": [table]}
    refused = await at.one.post("/v1/publications", json=body)
    assert refused.status_code == 422
    assert [(each["pointer"], each["rule"]) for each in refused.json()["errors"]] == [(pointer, rule)]


async def test_a_role_that_never_drafts_hears_so_and_a_title_is_named_as_it_was_sent(
    new_school: Any, freeze: Any, desk: Any, client: Any
) -> None:
    school = of_majors(new_school(), {"a": (3, 1)})
    at, snapshot = desk(school), await freeze(school)
    body = {"school_code": school.code, "cohort": 2024, "snapshot_id": snapshot["id"], "title": "x", "tables": [RATES]}
    assert (await client("auditor").post("/v1/publications", json=body)).status_code == 403
    for title, pointers in (("", {"/title"}), ({"zh": "", "en": "x"}, {"/title", "/title/zh"})):
        refused = await at.one.post("/v1/publications", json=body | {"title": title})
        assert (refused.status_code, {each["pointer"] for each in refused.json()["errors"]}) == (422, pointers)


async def test_the_database_holds_what_a_release_needs(
    new_school: Any, freeze: Any, desk: Any, stored: ServiceDatabase, database: Database
) -> None:
    school = of_majors(new_school(), {"a": (60, 20)})
    at = desk(school)
    proposed = await at.proposed(await at.draft(await freeze(school), RATES))
    release = "UPDATE publications SET state = 'released', released_by = :by, released_at = now() WHERE id = :id"
    consent = release.replace(
        "released_at", "consent_authority = 'a', consent_reference = 'b', consent_on = now(), released_at"
    )
    for statement, by in ((release, "other"), (consent, "one")):
        with pytest.raises(asyncpg.CheckViolationError):
            async with committed(database) as connection:
                await connection.execute(text(statement), {"by": by, "id": proposed["id"]})
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with committed(database) as connection:
            await connection.execute(text("UPDATE publication_contents SET hash = '\\x00'"))
