"""Trying values on a draft, and lint, over HTTP."""

from typing import Any

import httpx
import pytest

WORDS = {"zh": "文字", "en": "words"}
PAGES: list[dict[str, Any]] = [
    {
        "id": "now",
        "questions": [
            {
                "id": "works",
                "type": "single_choice",
                "required": True,
                "core": True,
                "text": WORDS,
                "options": [{"value": "1", "text": {"zh": "是", "en": "yes"}}, {"value": "2", "text": WORDS}],
            },
            {"id": "salary", "type": "money", "text": WORDS, "period": "year", "visible_if": "${works} = '1'"},
            {
                "id": "monthly",
                "type": "calculated",
                "text": WORDS,
                "calculation": "${salary} div 12",
                "result": "number",
            },
            {
                "id": "since",
                "type": "date",
                "text": {"zh": "工作（${works}）", "en": "Work (${works})"},
                "visible_if": "${roster_cohort} = 2024",
                "constraint": {
                    "expression": ". <= today()",
                    "message": {"zh": "不能在将来", "en": "Not in the future"},
                },
            },
        ],
    }
]


async def drafted(manager: httpx.AsyncClient, pages: list[dict[str, Any]]) -> str:
    made = await manager.post("/v1/questionnaires", json={"title": WORDS, "pages": pages})
    assert made.status_code == 201, made.text
    assert made.json()["pages"][0]["questions"][0]["id"] == pages[0]["questions"][0]["id"]
    return made.headers["Location"]


async def test_a_draft_says_what_its_logic_makes_of_values(manager: httpx.AsyncClient) -> None:
    path = await drafted(manager, PAGES)
    body = {
        "values": {"works": "1", "salary": 80_000, "since": "2026-12-01"},
        "roster": {"roster_cohort": 2024},
        "day": "2026-11-30",
        "language": "en",
    }
    answered = await manager.post(f"{path}/evaluate", json=body)
    assert answered.status_code == 200, answered.text
    assert answered.json() == {
        "visible": {"pages": ["now"], "questions": ["works", "salary", "monthly", "since"]},
        "calculated": {"monthly": pytest.approx(6666.666666666667)},
        "problems": [{"pointer": "/values/since", "rule": "constraint", "message": "Not in the future"}],
        "texts": {"works": "words", "salary": "words", "monthly": "words", "since": "Work (yes)"},
    }
    hidden = (await manager.post(f"{path}/evaluate", json={"values": {"works": "2", "salary": 80_000}})).json()
    assert (hidden["visible"]["questions"], hidden["calculated"]) == (["works", "monthly"], {"monthly": None})
    wrong = await manager.post(f"{path}/evaluate", json={"values": {}, "roster": {"roster_phone": "1"}})
    assert (wrong.status_code, wrong.json()["errors"][0]["rule"]) == (422, "unknown_variable")


async def test_a_draft_is_saved_with_faults_that_lint_names_and_publishing_refuses(manager: httpx.AsyncClient) -> None:
    question = PAGES[0]["questions"][1] | {"visible_if": "${lost} = 1"}
    path = await drafted(manager, [{"id": "now", "questions": [question]}])
    linted = await manager.post(f"{path}/lint", headers={"Accept-Language": "en"})
    found = [(each["pointer"], each["rule"], each["severity"]) for each in linted.json()["problems"]]
    pointer = "/pages/0/questions/0/visible_if"
    assert found == [(pointer, "unknown_variable", "error"), ("/pages", "no_core", "warning")]
    refused = await manager.post(f"{path}/publish", headers={"If-Match": '"1"'})
    assert refused.status_code == 422
    assert [(each["pointer"], each["rule"]) for each in refused.json()["errors"]] == [(pointer, "unknown_variable")]
    tried = await manager.post(f"{path}/evaluate", json={"values": {}})
    assert (tried.status_code, tried.json()["errors"][0]["rule"]) == (422, "unknown_variable")


@pytest.mark.parametrize(
    "member",
    [
        {"visible_if": "(" * 100_000},
        {"type": "geopoint"},
        {"display": "hearts"},
        {"decimals": -1},
        {"prefill": "salary"},
        {"constraint": {"expression": ". > 1"}},
        {"sensitive": "yes"},
    ],
)
async def test_a_malformed_member_is_refused_at_once(manager: httpx.AsyncClient, member: dict[str, Any]) -> None:
    pages = [{"id": "now", "questions": [PAGES[0]["questions"][1] | member]}]
    answered = await manager.post("/v1/questionnaires", json={"title": WORDS, "pages": pages})
    assert answered.status_code == 422
    assert answered.json()["errors"][0]["pointer"].startswith("/pages/0/questions/0")
