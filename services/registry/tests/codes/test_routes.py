import httpx
import pytest


async def test_every_list_is_offered(admin: httpx.AsyncClient) -> None:
    items = (await admin.get("/v1/code-lists")).json()["items"]
    assert len(items) == 23
    assert {"destination", "division", "hardship", "country", "flexible-kind"} <= {item["name"] for item in items}


async def test_a_list_is_dated(admin: httpx.AsyncClient) -> None:
    everything = (await admin.get("/v1/code-lists/division")).json()
    today = (await admin.get("/v1/code-lists/division", params={"on": "2024-07-01"})).json()
    assert "110228" in {item["code"] for item in everything["items"]}
    assert "110228" not in {item["code"] for item in today["items"]}


@pytest.mark.parametrize("path", ["code-lists", "code-lists/sex", "rules?limit=500"])
async def test_each_list_is_one_page(admin: httpx.AsyncClient, path: str) -> None:
    answer = (await admin.get(f"/v1/{path}")).json()
    assert (answer["next_cursor"], bool(answer["items"])) == (None, True)


@pytest.mark.parametrize("path", ["code-lists", "code-lists/education-level", "code-lists/division", "rules"])
async def test_each_list_comes_in_pages_too(admin: httpx.AsyncClient, path: str) -> None:
    most = {} if path.endswith("division") else {"limit": 500}
    whole = (await admin.get(f"/v1/{path}", params=most)).json()["items"]
    limit = {"limit": 500 if path.endswith("division") else 5}
    address: str | None = f"/v1/{path}?{httpx.QueryParams(limit)}"
    items = []
    while address:
        answer = await admin.get(address)
        assert len(answer.json()["items"]) <= limit["limit"]
        items += answer.json()["items"]
        address = answer.links["next"]["url"] if answer.json()["next_cursor"] else None
    assert items == whole


async def test_a_page_starts_after_a_row_of_the_list(admin: httpx.AsyncClient) -> None:
    cursor = (await admin.get("/v1/rules", params={"limit": 1})).json()["next_cursor"]
    for path, params in (("rules", {"cursor": "x"}), ("code-lists", {"cursor": cursor}), ("rules", {"limit": 501})):
        assert (await admin.get(f"/v1/{path}", params=params)).status_code == 400


@pytest.mark.parametrize("on", [{}, {"on": "2024-07-01"}, {"on": "1985-07-01"}])
async def test_the_count_is_that_of_the_codes_shown(admin: httpx.AsyncClient, on: dict[str, str]) -> None:
    shown = (await admin.get("/v1/code-lists/division", params=on)).json()
    assert shown["count"] == len(shown["items"])
    if not on:
        summaries = (await admin.get("/v1/code-lists")).json()["items"]
        assert {each["name"]: each["count"] for each in summaries}["division"] == shown["count"]


async def test_a_destination_names_its_class(admin: httpx.AsyncClient) -> None:
    items = (await admin.get("/v1/code-lists/destination")).json()["items"]
    by_code = {item["code"]: item for item in items}
    assert by_code["271"]["attributes"]["class_level2"] == "unit"
    assert by_code["272"]["verified"] is False


async def test_what_cannot_be_read(admin: httpx.AsyncClient) -> None:
    assert (await admin.get("/v1/code-lists/colours")).status_code == 404
    for day in ("2024-02-30", "0", "86400", "2024-02-01T00:00:00"):
        assert (await admin.get("/v1/code-lists/sex", params={"on": day})).status_code == 400
    assert (await admin.get("/v1/code-lists/sex", params={"at": "2024-02-01"})).status_code == 400


async def test_rules_are_listed_in_both_languages(admin: httpx.AsyncClient) -> None:
    items = (await admin.get("/v1/rules")).json()["items"]
    found = {item["id"]: item for item in items}["number_in_scientific_notation"]
    assert (found["severity"], bool(found["text"]["zh"]), bool(found["text"]["en"])) == ("error", True, True)
