"""A file without the persons beside the list of who has answered: each row may be that of five people at least."""

from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from exported import fetched, rows_of_csv

from common.operations import OperationRunner

Json = dict[str, Any]

GROUPS = {
    "origin_province": "origin_place_code",
    "sex": "sex_code",
    "major": "major_code",
    "college": "college_code",
}
PEOPLE: list[Json] = [
    *[{"origin_place_code": "410000", "sex_code": "1", "major_code": "080901", "college_code": "C1"}] * 6,
    *[{"origin_place_code": f"{n}0000", "sex_code": "1", "major_code": "080901", "college_code": "C1"}
      for n in (11, 12, 13, 14, 15)],
    *[{"origin_place_code": "410000", "sex_code": "2", "major_code": "080902", "college_code": "C1"}] * 3,
    *[{"origin_place_code": "330000", "sex_code": "1", "major_code": "020101", "college_code": "C2"}] * 2,
    {"origin_place_code": "650000", "sex_code": "2", "major_code": "030101", "college_code": "C3"},
]  # fmt: skip
"""One who is alone in a college, two in another, and so on."""


@pytest.fixture
async def graduates(keep: Any, situate: Any, school: str, graduate_event: Callable[..., Any]) -> list[UUID]:
    """So many graduates, with their groups."""
    ids = [uuid4() for _ in PEOPLE]
    await keep([graduate_event(school, each) for each in ids])
    await situate([graduate_event(school, each, **said) for each, said in zip(ids, PEOPLE, strict=True)])
    return ids


async def test_the_list_of_answers_and_a_file_lead_to_no_one(
    client: Callable[..., httpx.AsyncClient], manager: httpx.AsyncClient, worker: OperationRunner, wave: Json,
    graduates: list[UUID], invited: list[Json], agreed: list[str], close: Any,
) -> None:  # fmt: skip
    # everybody has answered another number of questions
    names = ("hours", "fair", "left", "since", "home", "gone")
    for place, token in enumerate(agreed):
        values = {"work": "1", "hours": place, "fair": True, "left": "2025-02", "since": "2024-07-01", "home": "410000"}
        given = {name: value for name, value in values.items() if name not in names[: place % 5]}
        sent = await client(link=token).post("/v1/answer/submit", json={"values": given}, headers={"If-Match": "*"})
        assert sent.status_code == 200, sent.text
    await close(wave["id"])
    rows = rows_of_csv(await fetched(manager, worker, wave["id"]))
    page = (await manager.get("/v1/responses", params={"wave": wave["id"], "limit": 500})).json()["items"]
    known = dict(zip(map(str, graduates), PEOPLE, strict=True))
    shown = Counter(tuple(row[name] for name in GROUPS) for row in rows)
    assert len(rows) == len(PEOPLE)
    assert min(shown.values()) >= 5, shown
    assert shown["410000", "1", "080901", "C1"] >= 5, shown
    for row in rows:
        # who knows the roster and who has answered, and reads the list of answers as far as it says something
        may_be = [
            each
            for each in page
            if each["state"] == "submitted"
            and all(row[name] in ("", known[each["graduate_id"]][said]) for name, said in GROUPS.items())
            and each["questions_answered"] in (None, sum(row[name] not in ("", "-97") for name in ("work", *names)))
        ]
        assert len(may_be) >= 5
    assert {each["completeness"] for each in page} == {None}
    [own] = (await client("graduate", graduate=graduates[0]).get("/v1/responses")).json()["items"]
    assert own["questions_answered"] > 0
    assert not {row["respondent"] for row in rows} & {str(each[name]) for each in page for name in each}
