"""Reports of publications: what these show of the subject, and no other figure."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pypdfium2
import pytest
from freezing import frozen
from releasing import desk_of

from common.database import Database
from common.operations import OperationRunner
from common.service_process import Runtime
from indicators.reports.domain import KIND, published_base, published_rows
from indicators.reports.operations import NO_REPORTS, making
from indicators.settings import Settings
from testing.databases import ServiceDatabase
from testing.http import Client

MAJORS = {"a97": (97, 3), "b50": (50, 30), "c40": (40, 0), "d40": (40, 40)}
MAJORS |= {"e30": (30, 3), "f30": (30, 27), "g15": (15, 7), "h9": (9, 4)}
"""Graduates and those of them unplaced: the example of indicators.md 6."""

JUNE = date(2024, 6, 1)
RATES = {"kind": "rates", "measures": ["placement_rate", "flexible_employment_rate"]}
TABLES = (
    RATES,
    {**RATES, "by": ["college"]},
    {**RATES, "by": ["major"]},
    {"kind": "structure", "dimension": "destination_class"},
    {"kind": "structure", "dimension": "industry", "by": ["college"]},
)


def table(kind: str, *rows: tuple[dict[str, str], dict[str, str], int], by: str = "", **said: Any) -> Any:
    asked = {"kind": kind, "dimension": None, "by": by.split(",") if by else []} | said
    counted = {"observations": [{"group": group, "within": within, "base": base} for group, within, base in rows]}
    return asked, counted


OF_MAJORS = table(
    "rates",
    ({"major": "M1"}, {"college": "A"}, 50),
    ({"major": "_other"}, {"college": "A"}, 30),
    ({"major": "M2"}, {"college": "B"}, 40),
    by="major",
)
OF_COLLEGES = table("rates", ({"college": "A"}, {}, 80), by="college")
OF_INDUSTRIES = table("structure", ({"college": "B"}, {}, 70), by="college", dimension="industry")


@pytest.mark.parametrize(
    ("filters", "tables", "base", "rows"),
    [
        ({}, [OF_MAJORS], 120, 3),
        ({}, [OF_COLLEGES, table("rates", ({}, {}, 150))], 150, 2),
        ({"college": "A"}, [OF_COLLEGES, OF_MAJORS], 80, 3),
        # the majors of a college say nothing of the whole college
        ({"college": "A"}, [OF_MAJORS], 0, 2),
        ({"major": "M1", "college": "A"}, [OF_MAJORS], 50, 1),
        ({"major": "M3", "college": "A"}, [OF_MAJORS], 0, 0),
        # the base of this structure is not N
        ({"college": "B"}, [OF_INDUSTRIES], 0, 1),
        ({"sex": "1"}, [OF_MAJORS], 0, 0),
    ],
)
def test_a_publication_has_a_report_on_whom_it_shows_alone(
    filters: Mapping[str, str], tables: list[Any], base: int, rows: int
) -> None:
    asked, counted = zip(*tables, strict=True)
    assert published_base(filters, asked, counted) == base
    assert sum(len(published_rows(filters, each)) for each in counted) == rows


@pytest.fixture
def runner(stored: ServiceDatabase, database: Database) -> OperationRunner:
    settings = Settings(database_url=stored.app_url, partitions=12)
    return OperationRunner(database, {KIND: making(Runtime(settings, database))}, empty_results={KIND: NO_REPORTS})


@pytest.fixture
def make(client: Client, runner: OperationRunner) -> Callable[..., Any]:
    async def made(school: Any, publication: str, subject: Mapping[str, Any], status: int = 202, **said: Any) -> Any:
        """The texts and bases of reports by code, or the refusal."""
        http = client("school_officer", school=school.code)
        body = {"school_code": school.code, "cohort": 2024, "subject": subject, "publication_id": publication} | said
        accepted = await http.post("/v1/reports", json=body)
        assert accepted.status_code == status, accepted.text
        if status != 202:
            return accepted.json()
        assert await runner.run_once()
        ended = (await http.get(f"/v1/operations/{accepted.json()['id']}")).json()
        assert ended["state"] == "succeeded", ended
        found = {}
        for each in ended["result"]["reports"]:
            report = (await http.get(f"/v1/reports/{each}")).json()
            pdf = pypdfium2.PdfDocument((await http.get(f"/v1/reports/{each}/pdf")).content)
            text = "\n".join(page.get_textpage().get_text_range().replace("\r\n", "\n") for page in pdf)
            found[report["subject"]["code"]] = (report, text)
        return found

    return made


async def test_a_report_of_a_publication_has_its_figures_alone(
    client: Client, new_school: Any, apply: Any, database: Database, keyring_file: Path, make: Any, runner: Any
) -> None:
    school = new_school()
    school.described("410000", name="示例大学")
    for major, (people, unplaced) in MAJORS.items():
        for number in range(people):
            someone = school.enters(college_code="A", major_code=major, education_level_code="31", sex_code="1")
            school.goes(someone, "70" if number < unplaced else "10", JUNE, industry_code="65")
    await apply(school.events)
    at = desk_of(client, database, keyring_file)(school)
    snapshot = await frozen(database, at.one, school)
    draft = await at.draft(snapshot, *TABLES, title={"zh": "毕业去向", "en": "Destinations"})
    whole = {"kind": "school", "code": school.code}
    assert await make(school, draft["id"], whole, 404)
    released = await at.released(await at.proposed(draft))
    published = (await client().get(f"/v1/published/{draft['id']}")).json()
    shown = {each["group"]["major"]: each["measures"] for each in published["tables"][2]["observations"]}
    assert {*shown} == {"b50", "c40", "d40", "_other"}
    # somebody comes after the release: no figure of the report moves
    school.enters(college_code="A", major_code="c40", education_level_code="31", sex_code="1")
    await apply(school.events)
    found = await make(school, draft["id"], whole)
    report, text = found[school.code]
    assert (report["base"], report["publication_id"], report["snapshot_id"]) == (311, draft["id"], None)
    (total,) = published["tables"][0]["observations"]
    rate = total["measures"]["placement_rate"]
    assert (rate["numerator"], rate["denominator"], rate["rate"]) == (197, 311, "63.34")
    for said in (
        "依据已发布的《毕业去向》",
        "毕业去向落实率 197 311 63.34",
        published["hash"],
        snapshot["hash"],
        "河南省教育厅",
    ):
        assert said in text.replace("\n", "") or said in text, said
    assert "非最终数据" not in text
    assert "A · 其他 137 181 75.69" in text
    for major, each in shown.items():
        told = each["placement_rate"]
        name = "A · 其他" if major == "_other" else major
        assert f"{name} {told['numerator']} {told['denominator']} {told['rate']}" in text, major
    majors = await make(school, draft["id"], {"kind": "major", "code": "*"}, language="en")
    assert {code: report["base"] for code, (report, _) in majors.items()} == {"b50": 50, "c40": 40, "d40": 40}
    assert "As published: Destinations" in majors["c40"][1]
    (one,) = (await make(school, draft["id"], {"kind": "college", "code": "A"})).values()
    assert one[0]["base"] == 311
    refused = await make(school, draft["id"], {"kind": "major", "code": "g15"}, 422)
    assert (refused["code"], refused["errors"][0]["pointer"]) == ("not_published", "/subject")
    assert (await make(school, str(UUID(int=7)), whole, 404))["code"] == "not_found"
    assert (await make(school, draft["id"], whole, 404, cohort=2023))["code"] == "not_found"
    body = {"school_code": school.code, "cohort": 2024, "subject": whole, "publication_id": draft["id"]}
    accepted = await at.one.post("/v1/reports", json=body)
    await at.act(released, "withdraw", at.one, reason="更正")
    assert await runner.run_once()
    ended = (await at.one.get(f"/v1/operations/{accepted.json()['id']}")).json()
    assert (ended["state"], ended["result"]["reports"]) == ("failed", [])
    assert [each["rule"] for each in ended["errors"]] == ["publication_ended"]
    assert (await make(school, draft["id"], whole, 410))["code"] == "publication_gone"
