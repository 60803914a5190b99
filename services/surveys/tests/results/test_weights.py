"""Weights: the worked numbers of the contract, other programs' raking, and figures by weights over HTTP."""

from collections import Counter
from collections.abc import Awaitable, Callable
from fractions import Fraction
from typing import Any

import httpx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ipfn import ipfn

from common.crypto import FieldCipher
from common.database import Database
from surveys.results.commands import take_due
from surveys.results.domain.weighting import MAX_ERROR, WeightsRefused, post_stratified, raked

Json = dict[str, Any]
Campaigns = Callable[..., Awaitable[Any]]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]

SQUARE: dict[tuple[str | None, ...], int] = {("b", "f"): 60, ("b", "m"): 40, ("m", "f"): 10, ("m", "m"): 40}


def margin(**shares: str) -> dict[str | None, Fraction]:
    return {value: Fraction(share) for value, share in shares.items()}


def test_strata_count_as_they_do_in_the_population() -> None:
    made = post_stratified(("sex",), {("f",): 800, ("m",): 200}, {("f",): 160, ("m",): 90})
    assert [round(float(made.weights[key]), 4) for key in (("f",), ("m",))] == [1.25, 0.5556]
    assert (float(made.n_eff), round(float(made.deff), 4)) == (225.0, 1.1111)
    with pytest.raises(WeightsRefused) as refused:
        post_stratified(("sex",), {("f",): 800, ("m",): 200}, {("f",): 160})
    assert refused.value.code == "empty_stratum"


def test_raking_meets_both_margins() -> None:
    made = raked({"level": margin(b="0.8", m="0.2"), "sex": margin(f="0.5", m="0.5")}, SQUARE, None)
    assert [round(float(made.weights[key]), 4) for key in SQUARE] == [1.1569, 1.2646, 0.5584, 0.6104]
    assert round(float(made.n_eff), 2) == 138.63
    assert made.max_error is not None
    assert made.max_error <= MAX_ERROR
    assert made.iterations is not None
    assert 1 < made.iterations <= 200


@pytest.mark.parametrize(
    ("margins", "ratio", "code"),
    [
        ({"level": margin(b="0.8", m="0.2"), "sex": margin(f="0.5", m="0.5")}, Fraction("1.5"), "not_converged"),
        ({"level": margin(b="0.8", m="0.1", d="0.1"), "sex": margin(f="0.5", m="0.5")}, None, "empty_stratum"),
        ({"level": margin(b="1", m="0"), "sex": margin(f="0.5", m="0.5")}, None, "not_converged"),
    ],
)
def test_margins_that_cannot_be_met_are_refused(margins: Any, ratio: Fraction | None, code: str) -> None:
    with pytest.raises(WeightsRefused) as refused:
        raked(margins, SQUARE, ratio)
    assert refused.value.code == code


def test_margins_that_contradict_each_other_are_refused() -> None:
    # all women have one level, and the margins ask for more women than of that level
    answers: dict[tuple[str | None, ...], int] = {("b", "f"): 50, ("m", "m"): 50}
    with pytest.raises(WeightsRefused) as refused:
        raked({"level": margin(b="0.3", m="0.7"), "sex": margin(f="0.6", m="0.4")}, answers, None)
    assert refused.value.code == "not_converged"


def test_a_ratio_bounds_the_weights_where_the_margins_leave_room() -> None:
    answers = {("b", "f", "x"): 60, ("b", "m", "y"): 40, ("m", "f", "y"): 30, ("m", "m", "x"): 40, ("b", "f", "y"): 30}
    margins = {"level": margin(b="0.55", m="0.45"), "sex": margin(f="0.5", m="0.5")}
    by_two: dict[tuple[str | None, ...], int] = {(level, sex): 0 for level, sex, _ in answers}
    for (level, sex, _), count in answers.items():
        by_two[level, sex] += count
    free = raked(margins, by_two, None)
    widest = max(free.weights.values()) / min(free.weights.values())
    bounded = raked(margins, by_two, widest)
    assert max(bounded.weights.values()) / min(bounded.weights.values()) <= widest
    assert bounded.max_error is not None
    assert bounded.max_error <= MAX_ERROR


@st.composite
def crossed(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows, columns = draw(st.integers(2, 4)), draw(st.integers(2, 5))
    counts = draw(st.lists(st.integers(3, 90), min_size=rows * columns, max_size=rows * columns))
    shares = [draw(st.lists(st.integers(2, 9), min_size=length, max_size=length)) for length in (rows, columns)]
    first, second = (np.array(each) / sum(each) for each in shares)
    return np.array(counts, float).reshape(rows, columns), first, second


@given(crossed())
def test_raking_is_that_of_ipfn(given_counts: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    counts, first, second = given_counts
    total = counts.sum()
    theirs = ipfn.ipfn(
        counts.copy(), [first * total, second * total], [[0], [1]], convergence_rate=1e-12, max_iteration=2_000
    ).iteration()
    answers: dict[tuple[str | None, ...], int] = {
        (f"{row}", f"{column}"): int(count) for (row, column), count in np.ndenumerate(counts)
    }
    margins: dict[str, dict[str | None, Fraction]] = {
        name: {f"{at}": Fraction(float(share)) for at, share in enumerate(shares)}
        for name, shares in (("a", first), ("b", second))
    }
    made = raked(margins, answers, None)
    ours = np.array([[float(made.weights[f"{r}", f"{c}"]) for c in range(len(second))] for r in range(len(first))])
    assert ours == pytest.approx(theirs / counts, abs=1e-6)
    assert sum(made.weights[key] * count for key, count in answers.items()) == pytest.approx(float(total))


def yes_or_no(at: int) -> Json | None:
    """Of 80 in C1 twenty answer, of 20 in C2 ten; three fifths and two fifths of these say yes."""
    if at < 80:
        return {"one": "1" if at % 5 < 3 else "2", "match": 1 + at % 5} if at < 20 else None
    return {"one": "1" if at < 84 else "2", "match": 5} if at < 90 else None


async def test_weights_are_stored_and_tables_weighted(
    campaign: Campaigns, client: Client, school: str, rows: Rows
) -> None:
    made = await campaign({"C1": 80, "C2": 20}, answered=yes_or_no)
    path = f"/v1/waves/{made.wave['id']}/weightings"
    asked = {"method": "post_stratification", "by": ["college"]}
    early = await made.manager.post(path, json=asked)
    assert (early.status_code, early.json()["code"]) == (409, "no_edition")
    await made.end()
    done = await made.manager.post(path, json=asked, headers={"Idempotency-Key": "once"})
    assert done.status_code == 201, done.text
    body = done.json()
    # N 80 and 20, n 20 and 10
    weights = {each["group"]["college"]: (each["answers"], each["weight"]) for each in body["strata"]}
    assert weights == {"C1": (20, pytest.approx(1.2)), "C2": (10, pytest.approx(0.6))}
    assert (body["edition"], body["answers"], body["n_eff"]) == (1, 30, pytest.approx(30**2 / (20 * 1.44 + 10 * 0.36)))
    again = await made.manager.post(path, json=asked, headers={"Idempotency-Key": "once"})
    assert (again.status_code, again.json()["id"], again.headers["Idempotency-Replayed"]) == (201, body["id"], "true")
    assert (await made.manager.get(done.headers["Location"])).json() == body
    assert [each["id"] for each in (await made.manager.get(path)).json()["items"]] == [body["id"]]
    kept = await rows("SELECT weight FROM result_weights WHERE weighting_id = CAST(:id AS uuid)", id=body["id"])
    assert Counter(round(row["weight"], 4) for row in kept) == {1.2: 20, 0.6: 10}
    [plain] = (await made.table("one"))["observations"]
    [weighted] = (await made.table("one", weighting=body["id"]))["observations"]
    # 12 of 20 and 4 of 10
    assert [(cell["count"], cell["share"]) for cell in plain["cells"]] == [(16, "53.33"), (14, "46.67")]
    assert [(cell["count"], cell["share"]) for cell in weighted["cells"]] == [(16, "56.00"), (14, "44.00")]
    assert (weighted["n"], (await made.table("match", weighting=body["id"]))["observations"][0]["mean"]) == (30, "3.40")
    other = await client("survey_manager", school="99998").post(path, json=asked)
    officer = await client("college_officer", school=school, college="C1").post(path, json=asked)
    assert (other.status_code, officer.status_code) == (404, 403)
    missing = {"question": "one", "weighting": made.wave["id"]}
    assert (await made.manager.get(f"/v1/waves/{made.wave['id']}/tables", params=missing)).status_code == 404


async def test_weights_wait_for_the_next_edition_if_an_answer_has_gone(
    campaign: Campaigns, database: Database, cipher: FieldCipher
) -> None:
    made = await campaign({"C1": 20, "C2": 20})
    await made.end()
    await made.withdraw(next(iter(made.answers)))
    assert await take_due(database, cipher) == 0
    path = f"/v1/waves/{made.wave['id']}/weightings"
    done = (await made.manager.post(path, json={"method": "post_stratification", "by": "college"})).json()
    assert (done["edition"], done["answers"]) == (2, 39)
    # one has gone: the total keeps the figure that it had, and shows no weighted one
    body = await made.table("one")
    assert (body["edition"]["number"], body["observations"][0]["n"]) == (2, 40)
    assert (await made.table("one", weighting=done["id"]))["observations"][0]["status"] == "too_few"


async def test_a_weighted_figure_needs_enough_of_each_weight(campaign: Campaigns) -> None:
    made = await campaign({"C1": 30, "C2": 4})
    await made.end()
    path = f"/v1/waves/{made.wave['id']}/weightings"
    asked = {"method": "raking", "margins": {"college": {"C1": 0.5, "C2": 0.5}}}
    done = await made.manager.post(path, json=asked)
    assert done.status_code == 201, done.text
    assert (await made.table("one"))["observations"][0]["n"] == 34
    # with its weights the total would say what four have answered
    assert (await made.table("one", weighting=done.json()["id"]))["observations"][0]["status"] == "too_few"


REFUSED: list[tuple[Json, str, str]] = [
    ({"method": "raking", "margins": {"sex": {"1": 0.5, "2": 0.4}}}, "/margins/sex", "sum_not_1"),
    ({"method": "raking", "margins": {"age": {"1": 1}}}, "/margins/age", "unknown_dimension"),
    ({"method": "raking", "margins": {}}, "/margins", "required"),
    ({"method": "raking", "margins": {"sex": {"2": 1}}}, "/margins/sex", "unknown_value"),
    ({"method": "raking", "margins": {"sex": {"1": 0.5, "2": 0.5}}}, "/margins/sex", "empty_stratum"),
    ({"method": "post_stratification", "by": ["college", "college"]}, "/by", "repeated_dimension"),
    ({"method": "post_stratification", "margins": {"sex": {"1": 1}}, "by": ["sex"]}, "/margins", "not_allowed"),
    ({"method": "raking", "margins": {"sex": {"1": 1}}, "by": ["sex"]}, "/by", "not_allowed"),
    ({"method": "post_stratification"}, "/by", "required"),
    ({"method": "post_stratification", "by": ["age"]}, "/by", "unknown_dimension"),
    ({"method": "post_stratification", "by": ["college"]}, "/by", "empty_stratum"),
]


async def test_weights_that_cannot_be_are_refused_by_name(campaign: Campaigns) -> None:
    made = await campaign({"C1": 1, "C2": 1}, answered=lambda at: {"one": "1"} if at == 0 else None)
    await made.end()
    for body, pointer, rule in REFUSED:
        refused = await made.manager.post(f"/v1/waves/{made.wave['id']}/weightings", json=body)
        found = [(each["pointer"], each["rule"]) for each in refused.json()["errors"]]
        assert (refused.status_code, found) == (422, [(pointer, rule)]), refused.text
