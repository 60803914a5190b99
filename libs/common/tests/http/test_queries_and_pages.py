"""Queries are refused when no route declares them; pages follow each other without a gap."""

import base64
import re
from datetime import UTC, date, datetime
from hashlib import blake2b
from typing import Any
from uuid import uuid4

import httpx
import pytest

from common.contracts import ChangeToken
from common.contracts.registration import TOPIC
from common.http import decode_cursor, encode_cursor
from common.http.paging import BadCursor, Key


async def rules_of(client: httpx.AsyncClient, path: str) -> dict[str, str]:
    response = await client.get(path)
    assert response.status_code == 400, response.text
    return {each["pointer"]: each["rule"] for each in response.json()["errors"]}


@pytest.mark.parametrize(
    ("query", "rules"),
    [
        ("nam=x", {"nam": "unknown_parameter"}),
        ("limit=0", {"limit": "out_of_range"}),
        ("limit=501", {"limit": "out_of_range"}),
        ("limit=x", {"limit": "wrong_type"}),
        ("limit=-1", {"limit": "out_of_range"}),
        ("limit=%2B5", {"limit": "wrong_type"}),
        ("limit=%205", {"limit": "wrong_type"}),
        ("limit=5.0", {"limit": "wrong_type"}),
        ("limit=1_0", {"limit": "wrong_type"}),
        ("limit=" + "9" * 5000, {"limit": "out_of_range"}),
        ("limit=1&limit=2", {"limit": "repeated_parameter"}),
        ("name=%00", {"name": "null_character"}),
        ("cursor=nonsense", {"cursor": "bad_cursor"}),
        ("cursor=%FF", {"cursor": "bad_cursor"}),
        ("cursor=" + "A" * 2000, {"cursor": "too_long"}),
    ],
)
async def test_a_faulty_query_names_parameter_and_rule(
    admin: httpx.AsyncClient, query: str, rules: dict[str, str]
) -> None:
    found = await rules_of(admin, f"/v1/things?{query}")
    assert found == rules or (query.startswith("limit=9") and set(found) == {"limit"})


async def test_probes_and_pages_refuse_unknown_parameters_too(nobody: httpx.AsyncClient) -> None:
    for path in ("/livez?x=1", "/problems?x=1"):
        assert (await nobody.get(path)).status_code == 400


async def test_the_first_hundred_unknown_parameters_are_named(nobody: httpx.AsyncClient) -> None:
    found = await rules_of(nobody, "/livez?" + "&".join(map(str, range(5_000))))
    assert found == {str(number): "unknown_parameter" for number in range(100)}


async def test_without_a_token_nobody_learns_which_parameters_exist(nobody: httpx.AsyncClient) -> None:
    assert (await nobody.get("/v1/things?nam=x")).status_code == 401


@pytest.mark.parametrize("query", ["nam=x", "number=1&number=2", "number=x"])
async def test_another_kind_of_token_is_asked_for_first_too(nobody: httpx.AsyncClient, query: str) -> None:
    for key in ({}, {"X-Key": "barley"}):
        assert (await nobody.get(f"/v1/cave?{query}", headers=key)).status_code == 401
    assert (await nobody.get(f"/v1/cave?{query}", headers={"X-Key": "sesame"})).status_code == 400
    assert (await nobody.get("/v1/cave", headers={"X-Key": "sesame"})).status_code == 200


async def test_pages_follow_each_other_to_the_end(admin: httpx.AsyncClient) -> None:
    numbers: list[int] = []
    path: str | None = "/v1/things?limit=100&name=%E5%BC%A0"
    while path:
        response = await admin.get(path)
        numbers += [each["number"] for each in response.json()["items"]]
        link = re.fullmatch(r'<(.+)>; rel="next"', response.headers.get("link", ""))
        assert (link is None) is (response.json()["next_cursor"] is None)
        path = link[1] if link else None
    assert numbers == list(range(1, 251))


async def test_a_page_of_plain_fields_is_written_like_one_of_models(admin: httpx.AsyncClient) -> None:
    models, plain = [await admin.get(f"/v1/{name}?limit=3") for name in ("things", "plain-things")]
    assert models.json()["items"] == plain.json()["items"] == [{"number": 1}, {"number": 2}, {"number": 3}]
    assert list(models.json()) == list(plain.json())
    assert models.headers.keys() == plain.headers.keys()


async def test_a_page_has_a_hundred_items_unless_asked(admin: httpx.AsyncClient) -> None:
    assert len((await admin.get("/v1/things")).json()["items"]) == 100


async def test_a_cursor_of_one_list_is_none_of_another(admin: httpx.AsyncClient) -> None:
    cursor = (await admin.get("/v1/things?limit=1")).json()["next_cursor"]
    assert await rules_of(admin, f"/v1/other-things?cursor={cursor}") == {"cursor": "bad_cursor"}


def test_cursors_carry_all_sort_values() -> None:
    values: list[Key] = ["张三", 3, uuid4(), date(2024, 8, 31), datetime(2024, 8, 31, 8, tzinfo=UTC), None]
    assert decode_cursor(encode_cursor(values, "/x"), "/x") == values


def test_any_changed_character_of_a_cursor_is_noticed() -> None:
    cursor = encode_cursor(["90001", 17])
    for place in range(len(cursor) - 1):
        changed = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        with pytest.raises(BadCursor):
            decode_cursor(changed)


def test_a_cursor_with_other_types_is_refused() -> None:
    with pytest.raises(BadCursor):
        decode_cursor(encode_cursor(["1"]), "", int)


def forged(content: str, purpose: str = "") -> str:
    """The sum of a cursor is no secret: anybody can put one together."""
    checksum = blake2b(content.encode(), digest_size=6, key=purpose.encode()).digest()
    return base64.urlsafe_b64encode(checksum + content.encode()).rstrip(b"=").decode()


def test_a_cursor_put_together_by_hand_is_as_good() -> None:
    assert decode_cursor(forged('[1,[["i",7],["s","C01"]]]')) == [7, "C01"]


@pytest.mark.parametrize(
    "value",
    [
        '["i",1e999]',
        '["i",-1e999]',
        '["i",NaN]',
        '["i",7.0]',
        '["i",true]',
        '["i","7"]',
        '["i",-1]',
        '["i",9223372036854775808]',
        '["i",' + "9" * 700 + "]",
        '["s","a\\u0000"]',
        '["s","\\ud800"]',
        '["s",7]',
        '["s",null]',
        '["u",5]',
        '["u","2e8e8c3e"]',
        '["d","2024-02-30"]',
        '["d","20240229"]',
        '["d","2024-W09-4"]',
        '["d",5]',
        '["t","2024-06-15T08:00:00"]',
        '["t","0001-01-01T00:00:00+14:00"]',
        '["t","9999-12-31T23:59:59-14:00"]',
        '["t",5]',
        '["n",5]',
        '["x",5]',
        '[["i"],5]',
        "7",
        "[" * 340 + "]" * 340,
    ],
)
def test_a_forged_value_is_refused(value: str) -> None:
    with pytest.raises(BadCursor):
        decode_cursor(forged(f"[1,[{value}]]"))


async def test_a_forged_cursor_is_a_bad_query(admin: httpx.AsyncClient) -> None:
    for number in ("1e999", "2147483648", "9223372036854775807"):
        cursor = forged(f'[1,[["i",{number}]]]', "/v1/things")
        assert await rules_of(admin, f"/v1/things?cursor={cursor}") == {"cursor": "bad_cursor"}


def token(school: str = "90001", sequence: int = 1) -> str:
    return ChangeToken(TOPIC, school, str(uuid4()), sequence).encode()


async def test_waiting_ends_when_the_change_is_there_or_the_time_is_over(edge: Any) -> None:
    headers = {"Authorization": f"Bearer {edge.mint.token('school_officer', school='90001')}"}
    async with edge.client(None, **headers) as officer:
        # the application never includes a change of sequence 2
        for wait, last, met in (("20s", 1, True), ("0s", 1, False), ("20ms", 2, False), ("0", 1, False)):
            named = [token(), token(sequence=last)]
            response = await officer.get("/v1/waited", params={"min_change": named, "wait": wait})
            assert response.json() == {"min_change_met": met}
        assert (await officer.get("/v1/waited")).json() == {"min_change_met": True}
        assert (await officer.get("/v1/waited", params={"min_change": token("90002")})).status_code == 404


@pytest.mark.parametrize("wait", ["31s", "-1s", "5", "1m", "30001ms", "99999s", "١s", ""])
async def test_a_wait_that_is_none_is_refused(admin: httpx.AsyncClient, wait: str) -> None:
    assert (await admin.get("/v1/waited", params={"wait": wait})).status_code == 400


@pytest.mark.parametrize("given", ["x", "", "A" * 500, "%00"])
async def test_a_change_token_that_is_none_is_refused(admin: httpx.AsyncClient, given: str) -> None:
    assert (await admin.get("/v1/waited", params={"min_change": given})).status_code == 400


async def test_more_than_ten_tokens_are_refused(admin: httpx.AsyncClient) -> None:
    response = await admin.get("/v1/waited", params={"min_change": [token()] * 11})
    assert response.status_code == 400
