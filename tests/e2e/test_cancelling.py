"""An import in its own process is cancelled while it runs; what it says is what it has stored."""

from functools import partial
from typing import Any

from campus import Campus
from format_a import graduate_row

from testing.waiting import eventually

SCHOOL, ROWS = "10977", 6_000
ENDED = {"succeeded", "failed", "cancelled"}


async def found(campus: Campus, address: str, is_wanted: Any) -> Any:
    operation = (await campus.http.get(address, headers=campus.officer(SCHOOL))).json()
    return operation if is_wanted(operation) else None


async def test_a_cancelled_import_counts_what_it_stored_and_the_same_file_does_the_rest(campus: Campus) -> None:
    await campus.create_school(SCHOOL)
    rows = [graduate_row(number) for number in range(1, ROWS + 1)]
    content = "\n".join([",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)]).encode()
    registry, officer = campus.urls["registry"], campus.officer(SCHOOL)
    taken = await campus.http.post(
        f"{registry}/v1/imports/graduates",
        headers=officer,
        data={"school_code": SCHOOL, "cohort": "2024", "on_error": "skip"},
        files={"file": ("a.csv", content)},
    )
    address = registry + taken.headers["location"]
    await eventually(partial(found, campus, address, lambda each: each["progress"]["done"] > 0), within=110)
    answered = await campus.http.post(f"{address}/cancel", headers=officer)
    ended = await eventually(partial(found, campus, address, lambda each: each["state"] in ENDED), within=110)
    # whichever of the two was first, both say the same
    assert (answered.status_code, ended["state"]) in {(200, "cancelled"), (409, "succeeded")}
    stored = ended["result"]["created"]
    assert stored > 0
    rest = (await campus.import_roster(content, SCHOOL, name="a.csv", on_error="skip"))["result"]
    assert (rest["created"], rest["unchanged"], rest["rejected"]) == (ROWS - stored, stored, 0)
