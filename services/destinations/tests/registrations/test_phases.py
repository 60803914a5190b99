"""Registrations under a season: its levels, its last day of changes, its closing day."""

from datetime import date, timedelta
from typing import Any

from desks import SEEKING, Desk, Seat, code_of
from office import FULL, Office, counts, workbook

from common import clock
from common.auth import SYSTEM
from common.database import Database
from destinations.seasons import storage as seasons
from destinations.seasons.domain import ALWAYS, EvidenceRule, Level, Round, Settings

LATE = {"late_reason": "left_late"}


async def set_season(
    database: Database, changes_until: int, closes_on: int, levels: tuple[Level, ...] = ALWAYS, cohort: int = 2024
) -> None:
    """A season whose last days are so many days from today."""
    today = clock.today()
    until, closes = today + timedelta(changes_until), today + timedelta(closes_on)
    both = Round(1, date(2024, 7, 1), date(2024, 7, 31)), Round(2, date(2024, 8, 15), date(2024, 8, 30))
    first = min(until, date(2024, 6, 30))
    settings = Settings(
        levels=levels,
        evidence=EvidenceRule.NONE,
        changes_until=until,
        coverage_by=first,
        report_by=first,
        closes_on=closes,
        graduation_day=first,
        rounds=both,
    )
    async with database.transaction(SYSTEM) as unit:
        before = await seasons.of(unit.connection, "10001", cohort)  # type: ignore[arg-type]
        assert await seasons.save(unit.connection, before, settings, SYSTEM)
        await unit.commit()


async def test_a_counsellor_reviews_first_where_the_season_says_so(
    database: Database, seat: Seat, enrol: Any, school: Desk, college: Desk
) -> None:
    await set_season(database, 10, 20, (Level.COUNSELLOR, *ALWAYS))
    counsellor = seat("counsellor", school="10001", class_="K1")
    graduate_id = await enrol()
    own = seat("graduate", graduate=graduate_id)
    submitted = await own.act(await own.register(graduate_id), "submit")
    assert code_of(await college.act(submitted, "college-approve")) == (409, "transition_not_allowed")
    assert code_of(await college.act(submitted, "counsellor-approve"))[0] == 403
    await set_season(database, 10, 20)
    # the levels are those of the submission
    looked_at = await counsellor.act(submitted, "counsellor-approve")
    assert (looked_at.json()["state"], looked_at.json()["phase"]) == ("counsellor_approved", "open")
    assert [each["state"] for each in await listed(school, state="counsellor_approved")] == ["counsellor_approved"]
    at_school = await college.act(looked_at, "college-approve")
    decided = await school.act(at_school, "school-approve")
    assert (decided.json()["state"], decided.json()["single_handed"]) == ("school_approved", False)

    await set_season(database, 10, 20, (Level.COUNSELLOR, *ALWAYS))
    by_counsellor = await counsellor.act(await counsellor.register(await enrol()), "submit")
    assert code_of(await counsellor.act(by_counsellor, "counsellor-approve"))[0] == 409
    assert (await college.act(by_counsellor, "college-approve")).status_code == 200
    for reviewer, act, groups in (
        (college, "college-approve", {"class_code": None}),
        (school, "school-approve", {"college_code": None, "class_code": None}),
    ):
        graduate_id = await enrol(**groups)
        own = seat("graduate", graduate=graduate_id)
        first = await reviewer.act(await own.act(await own.register(graduate_id), "submit"), act)
        assert first.status_code == 200, first.text
    asked = await own.act(first, "request-void")
    assert code_of(await own.act(asked, "void"))[0] == 403
    assert (await school.act(asked, "void")).json()["state"] == "voided"


async def listed(desk: Desk, **query: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await desk.get("/v1/registrations", **query)).json()["items"]
    return items


async def test_late_changes_say_why_and_take_no_short_cut(
    database: Database, seat: Seat, enrol: Any, school: Desk, college: Desk
) -> None:
    graduate_id = await enrol()
    own = seat("graduate", graduate=graduate_id)
    submitted = await own.act(await own.register(graduate_id), "submit")
    await set_season(database, -1, 20)
    # what waits is decided in every phase
    decided = await school.act(await college.act(submitted, "college-approve"), "school-approve")
    assert (decided.json()["phase"], decided.json()["late_reason"]) == ("late", None)
    assert (await own.act(decided, "confirm")).status_code == 200
    decided = await school.get(f"/v1/registrations/{decided.json()['id']}")
    other = {"reason": "signing"}
    refused = await school.patch(decided, other)
    assert code_of(refused) == (422, "late_reason_required")
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/late_reason"]
    assert code_of(await own.act(decided, "request-void")) == (422, "late_reason_required")
    assert code_of(await school.patch(decided, other | {"late_reason": "why not"}))[0] == 422
    pending = await school.patch(decided, other | LATE)
    body = pending.json()
    assert (body["state"], body["late_reason"], body["effective"]["version"]) == ("draft", "left_late", 4)
    draft = await school.patch(pending, {"reason": "job_seeking"})
    assert (draft.status_code, draft.json()["late_reason"]) == (200, "left_late")
    assert code_of(await school.act(draft, "submit")) == (422, "late_reason_required")
    anew = await school.act(draft, "submit", {"late_reason": "check_finding"})
    assert (anew.json()["state"], anew.json()["late_reason"]) == ("submitted", "check_finding")
    at_school = await college.act(anew, "college-approve")
    assert code_of(await school.act(at_school, "school-approve")) == (409, "own_record")
    assert at_school.json()["late_reason"] == "check_finding"
    again = await school.colleague.act(at_school, "school-approve")
    assert (again.json()["single_handed"], again.json()["effective"]["version"]) == (False, again.json()["version"])
    assert [each["id"] for each in await listed(school, late="true")] == [again.json()["id"]]
    assert await listed(school, late="false") == []
    created = await school.register(await enrol(), SEEKING)
    assert (created.status_code, created.json()["phase"]) == (201, "late")

    await set_season(database, -5, -1)
    for answer in (
        await school.patch(again, other | LATE),
        await own.act(again, "request-void", LATE),
        await school.act(created, "submit", LATE),
    ):
        assert code_of(answer) == (409, "cohort_closed")
        assert (answer.json()["state"], "submit" in answer.json()["allowed_transitions"]) == (
            "draft" if answer.request.url.path.endswith("submit") else "school_approved",
            False,
        )
    assert (await school.patch(created, other)).status_code == 200
    confirmed = await own.act(again, "confirm")
    assert (confirmed.json()["confirmation"], confirmed.json()["phase"]) == ("confirmed", "closed")


async def test_late_rows_arrive_submitted(database: Database, office: Office, seat: Seat) -> None:
    known, new = (office.row(**FULL) for _ in range(2))
    assert counts(await office.send([known])) == (1, 0, 0, 0)
    (before,) = await office.registrations()
    assert before["single_handed"]
    await set_season(database, -1, 20, cohort=2022)
    changed = known | {"工作职位类别代码": "13"}
    content, day = workbook([changed]), f"{clock.today()}"
    assert code_of(await office.post(content, "去向.xlsx")) == (422, "late_reason_required")
    dated = await office.post(content, "去向.xlsx", effective_on=day, **LATE)
    assert [each["rule"] for each in dated.json()["errors"]] == ["late_day"]
    operation = await office.send([changed, new], **LATE)
    assert counts(operation) == (1, 1, 0, 0)
    assert operation["result"]["change_token"] is None
    found = {each["id"]: each for each in await office.registrations()}
    pending = found[before["id"]]
    assert (pending["state"], pending["late_reason"], pending["position_code"]) == ("submitted", "left_late", "13")
    assert (pending["effective"]["version"], pending["single_handed"]) == (1, True)
    assert {each["state"] for each in found.values()} == {"submitted"}
    # the same again has nothing to say, in another spelling, too
    spelt = [each | {"单位名称": "某某(郑州)公司"} for each in (changed, new)]
    assert counts(await office.send(spelt, **LATE)) == (0, 0, 2, 0)
    college, other = seat("college_officer", school="10001", college="C01"), seat("school_officer", school="10001")
    at_school = await college.act(await other.get(f"/v1/registrations/{before['id']}"), "college-approve")
    assert code_of(await other.act(at_school, "school-approve")) == (409, "own_record")
    decided = await other.colleague.act(at_school, "school-approve")
    assert (decided.json()["position_code"], decided.json()["single_handed"]) == ("13", False)
    # of a file that was sent before an extension was given the rows are late
    accepted = await office.post(workbook([known]), "去向.xlsx", **LATE)
    extension = {"graduate_ids": [before["graduate_id"]], "until": f"{clock.today() + timedelta(5)}"}
    given = await other.post("/v1/seasons/10001/2022/extensions", extension | {"reason": "延期离校"})
    assert given.status_code == 201, given.text
    assert counts(await office.finished(accepted)) == (0, 1, 0, 0)
    assert [each["state"] for each in await office.registrations()] == ["submitted", "submitted"]
    # the same file sent again says more: now it is not late
    assert counts(await office.send([known], **LATE)) == (0, 1, 0, 0)
    assert (await other.get(f"/v1/registrations/{before['id']}")).json()["state"] == "school_approved"
    office.headers |= {"Idempotency-Key": "late"}
    taken = await office.post(content, "去向.xlsx", **LATE)
    await set_season(database, -5, -1, cohort=2022)
    assert (await office.post(content, "去向.xlsx", **LATE)).headers["location"] == taken.headers["location"]
    del office.headers["Idempotency-Key"]
    assert code_of(await office.post(content, "去向.xlsx", **LATE)) == (409, "cohort_closed")
