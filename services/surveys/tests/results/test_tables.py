"""Tables of an edition: an independent recount of every type, and groups that are shown or not, for every role."""

from collections import Counter
from collections.abc import Awaitable, Callable
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import httpx
import numpy as np
import pytest
from every_type import EVERY_TYPE

from common.crypto import FieldCipher
from common.database import Database
from surveys.questionnaires.domain.content import QuestionType
from surveys.results.commands import take_due
from surveys.results.domain.figures import Vote, per_employer
from surveys.results.domain.questions import Said

Json = dict[str, Any]
Campaigns = Callable[..., Awaitable[Any]]
Client = Callable[..., httpx.AsyncClient]

LISTED = {
    "one": ["1", "2"],
    "many": ["1", "2", "9"],
    "order": ["a", "b", "c"],
    "match": ["1", "2", "3", "4", "5"],
    "recommend": [f"{step}" for step in range(11)],
    "fair": ["true", "false"],
}


def places(number: Fraction | float | int) -> str:
    """Two places, half away from zero."""
    exact = Fraction(str(number)) if isinstance(number, float) else Fraction(number)
    return f"{(Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal('0.01'), ROUND_HALF_UP)}"


def recounted(question: str, answers: list[Json]) -> Json:
    """The figure of one group, from what was sent."""
    name, _, row = question.partition("_")
    if name == "twice":
        answers = [{"twice": float(2 * Fraction(str(answer["hours"])))} for answer in answers if "hours" in answer]
    said = [answer[name][row] if row else answer[name] for answer in answers if name in answer]
    amounts = ("hours", "twice", "pay")
    numbers = [Fraction(str(each)) for each in said] if name in ("match", "wide", "recommend", *amounts) else []
    figure: Json = {"n": len(said), "mean": places(sum(numbers) / len(numbers)) if numbers else None, "nps": None}
    if name in amounts:
        figure["cells"] = []
        quartiles = np.quantile([float(number) for number in numbers], [0.25, 0.5, 0.75])
        figure |= {key: places(round(each, 6)) for key, each in zip(("p25", "median", "p75"), quartiles, strict=True)}
        return figure
    if name == "recommend":
        figure["nps"] = places(100 * (Fraction(sum(each >= 9 for each in said), len(said))
                                      - Fraction(sum(each <= 6 for each in said), len(said))))  # fmt: skip
    named = [[str(each).lower()] if name == "fair" else [f"{each}"] for each in said]
    if name in ("many", "order"):
        named = said if name == "many" else [each[:1] for each in said]
    counts = Counter(cell for each in named for cell in each)
    listed = LISTED.get(name) or (["1", "2", "3"] if row else None)
    if name == "wide":
        listed = [f"{step}" for step in range(51)]
    ordered = listed or sorted(counts, key=lambda cell: (-counts[cell], cell))
    figure["cells"] = [
        {"value": cell, "count": counts[cell], "share": places(Fraction(100 * counts[cell], len(said)))}
        for cell in ordered
    ]
    if name == "order":
        for cell in figure["cells"]:
            ranks = [each.index(cell["value"]) + 1 for each in said if cell["value"] in each]
            cell["mean_place"] = places(Fraction(sum(ranks), len(ranks))) if ranks else None
    return figure


VARIABLES = (
    "one", "many", "grid_a", "grid_b", "order", "match", "wide", "recommend", "fair", "hours", "twice", "pay", "since",
    "left", "trade", "home",
)  # fmt: skip


async def test_every_table_is_what_a_recount_gives_and_small_groups_are_hidden(campaign: Campaigns) -> None:
    made = await campaign({"C1": 20, "C2": 6, "C3": 4})
    refused = await made.manager.get(f"/v1/waves/{made.wave['id']}/tables", params={"question": "one"})
    assert (refused.status_code, refused.json()["code"]) == (409, "no_edition")
    await made.end()
    shown = set()
    for question in VARIABLES:
        body = await made.table(question)
        [total] = body["observations"]
        assert total == {"group": {}, **recounted(question, [*made.answers.values()]), "status": "ok"}, question
        for observation in (await made.table(question, "college"))["observations"]:
            college = observation["group"]["college"]
            inside = [values for each, values in made.answers.items() if made.colleges[each] == college]
            if observation["status"] == "ok":
                shown.add((question, college))
                assert observation == {"group": {"college": college}, **recounted(question, inside), "status": "ok"}
            else:
                assert {name: observation[name] for name in ("n", "cells", "mean", "nps")} == dict.fromkeys(
                    ("n", "cells", "mean", "nps")
                )
    # everybody has answered it, and 6 would leave 4
    assert [college for question, college in sorted(shown) if question == "one"] == ["C1"]
    assert body["edition"]["number"] == 1
    listed = (await made.manager.get(f"/v1/waves/{made.wave['id']}/editions")).json()["items"]
    assert [(each["number"], each["because"], each["answers"]) for each in listed] == [(1, "closed", 30)]


async def test_every_role_is_bound_and_officers_of_colleges_ask_for_their_own(
    campaign: Campaigns, client: Client, school: str
) -> None:
    made = await campaign({"C1": 20, "C2": 6, "C3": 4})
    await made.end()
    path = f"/v1/waves/{made.wave['id']}/tables"
    for role in ("survey_manager", "school_officer", "admin"):
        asked = await client(role, school=school).get(path, params={"question": "one", "by": "college"})
        assert [each["n"] for each in asked.json()["observations"]] == [20, None, None]
    for college, n in (("C1", 20), ("C2", None)):
        officer = client("college_officer", school=school, college=college)
        for by in (None, "college", "major", "study_form"):
            asked = await officer.get(path, params={"question": "one", **({"by": by} if by else {})})
            [own] = asked.json()["observations"]
            assert own["n"] == n, (college, by)
        refused = await officer.get(path, params={"question": "one", "by": "study_form,education_level"})
        assert (refused.status_code, refused.json()["errors"][0]["rule"]) == (400, "no_such_table")
    for role, elsewhere in (("survey_manager", "99998"), ("college_officer", "99998")):
        assert (
            await client(role, school=elsewhere, college="C1").get(path, params={"question": "one"})
        ).status_code == 404
    rows = (await made.table("grid", "college"))["observations"]
    assert [(each["group"]["college"], each["row"], each["status"] == "ok") for each in rows[:2]] == [
        ("C1", "a", True), ("C1", "b", True),
    ]  # fmt: skip


REFUSED: list[tuple[Json, str, str]] = [
    ({"question": "nothing"}, "question", "unknown_question"),
    ({"question": "story"}, "question", "no_table"),
    ({"question": "intro"}, "question", "no_table"),
    ({"question": "boss"}, "question", "no_table"),
    ({"question": "one", "by": "sex"}, "by", "unknown_dimension"),
    ({"question": "one", "by": "major,study_form"}, "by", "no_such_table"),
    ({"question": "one", "by": "college,major,study_form"}, "by", "no_such_table"),
    ({}, "question", "required"),
]


async def test_what_has_no_table_is_refused_by_name(campaign: Campaigns) -> None:
    made = await campaign({"C1": 1})
    for query, pointer, rule in REFUSED:
        refused = await made.manager.get(f"/v1/waves/{made.wave['id']}/tables", params=query)
        found = [(each["pointer"], each["rule"]) for each in refused.json()["errors"]]
        assert (refused.status_code, found) == (400, [(pointer, rule)]), refused.text


async def test_a_withdrawal_shows_in_an_edition_and_never_alone(
    campaign: Campaigns, database: Database, cipher: FieldCipher
) -> None:
    made = await campaign({"C1": 12})
    await made.end()
    for gone, graduate in enumerate([*made.answers][:5], 1):
        await made.withdraw(graduate)
        await take_due(database, cipher)
        body = await made.table("one")
        number, n = (1, 12) if gone < 5 else (2, 7)
        assert (body["edition"]["number"], body["observations"][0]["n"]) == (number, n)
    assert body["observations"][0] == {"group": {}, **recounted("one", [*made.answers.values()]), "status": "ok"}
    assert await take_due(database, cipher) == 0


def test_every_type_with_a_value_has_a_table() -> None:
    kinds = {each.value for each in QuestionType} - {"text", "employer", "file", "note", "calculated"}
    asked = {question["type"] for page in EVERY_TYPE["pages"] for question in page["questions"]}
    assert kinds <= asked


@pytest.mark.parametrize(
    ("scores", "hires", "alike", "by_hires"),
    [
        ([5, 5, 4, 4, 2, 2], [10, 10, 1, 1, 4, 4], "3.67", "4.13"),
        ([5, 1], [3, 1], "3.00", None),
        ([5, 1], [2, 2], "3.00", "3.00"),
        ([4], [0], "4.00", None),
    ],
)
def test_employers_count_alike_and_by_whom_they_have_hired(
    scores: list[int], hires: list[int], alike: str, by_hires: str | None
) -> None:
    votes = [
        Vote(Said((f"{s}",), Fraction(s)), None, f"E{at}", h)
        for at, (s, h) in enumerate(zip(scores, hires, strict=True))
    ]
    found = per_employer(votes)
    assert (places(found[0]), found[1] and places(found[1])) == (alike, by_hires)


def test_an_employer_with_several_answers_has_one_vote() -> None:
    votes = [Vote(Said((), Fraction(score)), None, person, 1) for score, person in ((5, "a"), (1, "a"), (5, "b"))]
    assert per_employer(votes) == (Fraction(4), None)
