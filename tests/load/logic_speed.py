"""All logic of a questionnaire of forty questions for one answer, against the commit of a page of it."""

import sys
import time
from datetime import date
from decimal import Decimal
from typing import Any

import asyncpg

from surveys.questionnaires.domain.facts import Facts
from surveys.questionnaires.domain.logic import Logic
from surveys.questionnaires.wire import NewQuestionnaire
from testing.clusters import own_cluster
from tests.load.reporting import Verdict

BUDGET = 0.25
"""How much of the commit of a page the logic may take."""

ROUNDS, JUDGED, COMMITTED = 15, 100, 100
BLOCKS = 8
"""Of five questions on a page: single and multiple choice, scale, money, matrix; each depends on those before it."""

# as response_pages, without what a page belongs to
_TABLE = """
    CREATE TABLE pages (response_id uuid, page_id text, school_code text NOT NULL, values_ciphertext bytea NOT NULL,
                        recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (response_id, page_id))
"""
_SAVE = """
    INSERT INTO pages (response_id, page_id, school_code, values_ciphertext)
    VALUES (md5($1::text)::uuid, 'p0', '10001', $2)
    ON CONFLICT (response_id, page_id) DO UPDATE SET values_ciphertext = EXCLUDED.values_ciphertext
"""

Json = dict[str, Any]


async def measure() -> list[Verdict]:
    """In turns, the best of the rounds: answers judged and their texts made, and pages committed one by one."""
    content = NewQuestionnaire.model_validate(questionnaire(), strict=False).content()
    facts = Facts(date(2026, 11, 30), {"roster_cohort": Decimal(2024)})
    logic, values = Logic(content), answers()
    judging, committing = [], []
    # one whose commits wait for the disk, as those of a school do
    async with own_cluster(settings={}) as cluster:
        connection = await asyncpg.connect(cluster.url)
        await connection.execute(_TABLE)
        for turn in range(ROUNDS):
            begun = time.perf_counter()
            for _ in range(JUDGED):
                logic.texts(logic.judge(values, facts), "zh")
            judging.append((time.perf_counter() - begun) / JUDGED)
            begun = time.perf_counter()
            for place in range(COMMITTED):
                await connection.execute(_SAVE, str(turn * COMMITTED + place), b"x" * 400)
            committing.append((time.perf_counter() - begun) / COMMITTED)
        await connection.close()
    logic_took, commit_took = min(judging), min(committing)
    sys.stdout.write(f"  logic {logic_took * 1e6:.0f} µs, commit of a page {commit_took * 1e6:.0f} µs\n")
    return [Verdict("logic of 40 questions, against the commit of a page", logic_took / commit_took, BUDGET)]


def questionnaire() -> Json:
    """Forty questions on eight pages."""
    words = {"zh": "文字", "en": "words"}

    def options(count: int) -> list[Json]:
        return [{"value": str(place), "text": words} for place in range(1, count + 1)]

    def block(at: int) -> list[Json]:
        asked: list[Json] = [
            {"id": f"a{at}", "type": "single_choice", "options": options(6), "required": True, "core": True},
            {
                "id": f"b{at}",
                "type": "multiple_choice",
                "options": options(8),
                "visible_if": f"${{a{at}}} = '1' and ${{roster_cohort}} >= 2020",
            },
            {
                "id": f"c{at}",
                "type": "scale",
                "scale": {"min": 1, "max": 5},
                "visible_if": f"selected(${{b{at}}}, '3') or count-selected(${{b{at}}}) > 2",
            },
            {
                "id": f"d{at}",
                "type": "money",
                "period": "month",
                "visible_if": f"${{c{at}}} > 2",
                "constraint": {"expression": ". >= 1000 and . < 500000", "message": words},
            },
            {
                "id": f"e{at}",
                "type": "matrix",
                "options": options(5),
                "rows": options(5),
                "visible_if": f"${{d{at}}} > 3000 and ${{a{at}}} != ''",
            },
        ]
        return [
            {"text": {"zh": f"文字${{a{at}}}" if place else "文字", "en": "words"}, **each}
            for place, each in enumerate(asked)
        ]

    return {"title": words, "pages": [{"id": f"p{at}", "questions": block(at)} for at in range(BLOCKS)]}


def answers() -> Json:
    """An answer to all of them."""
    given: Json = {}
    for at in range(BLOCKS):
        rows = {str(row): "2" for row in range(1, 6)}
        given |= {f"a{at}": "1", f"b{at}": ["1", "3"], f"c{at}": 4, f"d{at}": 6500, f"e{at}": rows}
    return given
