"""Guessed receipts and floods: one answer, in the time that every answer takes, and a day that is full."""

import os
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from acting import rows

from common.auth import SYSTEM
from common.database import Database

SOAK = bool(os.environ.get("QUXIANG_SOAK"))
GUESSES = 1_000 if SOAK else 60
A_DAY = 2_000
PATH = "/v1/tip-offs"


@pytest.fixture
async def receipt(http: httpx.AsyncClient, database: Database) -> str:
    """The receipt of somebody among thousands."""
    async with database.transaction(SYSTEM) as unit:
        await unit.driver.execute(
            "INSERT INTO roster_schools (school_code, province_code, sequence) VALUES ('10001', '410000', 1)"
        )
        await unit.commit()
    return str((await reported(http)).json()["receipt"])


async def reported(http: httpx.AsyncClient) -> httpx.Response:
    return await http.post(PATH, files=[("school_code", (None, "10001")), ("text", (None, "强迫签约"))])


async def test_a_guess_learns_nothing_from_its_answer_nor_from_its_time(http: httpx.AsyncClient, receipt: str) -> None:
    def near() -> str:
        """All of a receipt that there is, but for its last digit."""
        return receipt[:-1] + random.choice([each for each in "0123456789abcdef" if each != receipt[-1]])

    def far() -> str:
        return random.randbytes(16).hex()

    guesses: dict[str, Callable[[], str]] = {
        "near": near,
        "far": far,
        "too short": lambda: far()[:8],
        "of other letters": lambda: "收据" * 8,
    }
    taken: dict[str, list[float]] = {name: [] for name in guesses}
    answers = Counter[str]()
    for _ in range(GUESSES):
        for name, guess in guesses.items():
            body = {"receipt": guess()}
            begun = time.perf_counter()
            answer = await http.post(f"{PATH}/status", json=body)
            taken[name].append(time.perf_counter() - begun)
            said: dict[str, Any] = answer.json()
            answers[f"{answer.status_code} {[said[key] for key in sorted(said) if key != 'trace_id']}"] += 1
    assert len(answers) == 1, answers
    if SOAK:  # a busy machine makes of sixty guesses what it likes
        medians = {name: statistics.median(each) for name, each in taken.items()}
        assert max(medians.values()) < 1.5 * min(medians.values()), medians
    assert (await http.post(f"{PATH}/status", json={"receipt": receipt})).status_code == 200


@pytest.mark.skipif(not SOAK, reason="make soak sends a whole day's tip-offs")
async def test_a_day_takes_two_thousand(http: httpx.AsyncClient, receipt: str, database: Database) -> None:
    answers = Counter([(await reported(http)).status_code for _ in range(A_DAY + 5)])
    assert answers == {201: A_DAY - 1, 429: 6}
    assert [tuple(each) for each in await rows(database, "SELECT count(*) FROM cases")] == [(A_DAY,)]
    assert (await http.post(f"{PATH}/status", json={"receipt": receipt})).json()["state"] == "open"
