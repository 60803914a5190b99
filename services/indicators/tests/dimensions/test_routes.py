"""What figures can be grouped by, over HTTP, and that each of it works as it is listed."""

from typing import Any

from testing.http import Client, get

NAMES = [
    "education_level", "college", "major", "class", "education_level_code", "discipline", "major_class", "sex",
    "origin_province", "origin_city", "origin_urban", "ethnicity_group", "hardship", "hardship_any", "training_mode",
    "teacher_training", "study_form", "school", "school_province",
]  # fmt: skip


async def test_dimensions_have_names_labels_and_values(client: Client) -> None:
    body = await get(client("admin"), "/v1/dimensions")
    found = {each["name"]: each for each in body["items"]}
    assert list(found) == NAMES
    assert all(each["label"]["zh"] and each["label"]["en"] for each in body["items"])
    assert {name for name, each in found.items() if each["values"] is None} == {
        "college",
        "major",
        "class",
        "major_class",
        "school",
    }
    values = {name: {value["code"]: value["label"] for value in each["values"] or ()} for name, each in found.items()}
    assert list(values["hardship_any"]) == ["yes", "no"]
    assert list(values["ethnicity_group"]) == ["han", "minority", "other"]
    assert values["origin_urban"]["rural"] == {"zh": "农村", "en": "Rural"}
    assert values["origin_city"]["110100"]["zh"] == "北京市"
    assert values["school_province"]["410000"]["zh"] == "河南省"
    assert len(values["origin_province"]) == 34


async def test_pages_of_dimensions_follow_each_other(client: Client) -> None:
    first = await get(client("admin"), "/v1/dimensions", limit=12)
    rest = await get(client("admin"), "/v1/dimensions", limit=12, cursor=first["next_cursor"])
    assert [each["name"] for each in first["items"] + rest["items"]] == NAMES
    assert rest["next_cursor"] is None


async def test_every_dimension_groups_and_filters_every_figure(client: Client, here: Any) -> None:
    scope: dict[str, Any] = {"school": here.code, "cohort": 2024}
    paths: dict[str, dict[str, Any]] = {
        "/v1/rates": {},
        "/v1/series": {"measure": "placement_rate", "from": "2024-05-31", "to": "2024-06-02"},
        "/v1/structures": {"dimension": "destination_class"},
        "/v1/response-rates": {"cycle": "1"},
    }
    for path, particular in paths.items():
        everything = await get(client("admin"), path, **scope, **particular, by=",".join(NAMES))
        assert all(list(each["group"]) == NAMES for each in everything["observations"])
        for name in NAMES:
            await get(client("admin"), path, **scope, **particular, by=name)
        kept: dict[str, Any] = {
            "discipline": "08",
            "hardship_any": "yes",
            "origin_city": "410100",
            "school_province": "410000",
        }
        await get(client("admin"), path, **scope, **particular, **kept)


async def test_a_filter_of_few_words_takes_no_other(client: Client, here: Any) -> None:
    for name in ("education_level", "origin_urban", "ethnicity_group", "hardship_any"):
        body = await get(client("admin"), "/v1/rates", 400, school=here.code, cohort=2024, **{name: "maybe"})
        assert [each["pointer"] for each in body["errors"]] == [name]


async def test_forty_dimensions_are_refused_each_by_its_fault(client: Client, here: Any) -> None:
    by = ",".join([*NAMES, *NAMES, "salary", "rank"])
    body = await get(client("admin"), "/v1/rates", 400, school=here.code, cohort=2024, by=by)
    assert {each["pointer"] for each in body["errors"]} == {"by"}
    assert {each["rule"] for each in body["errors"]} == {"repeated_dimension", "unknown_dimension"}
    assert "salary" in str(body["errors"])
    await get(client("admin"), "/v1/rates", 400, school=here.code, cohort=2024, by="sex," * 999)
