"""Reports: what the files say is what the API answers, by whom they are asked for, and on whom there are none."""

import io
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import openpyxl
import pypdfium2
import pytest
from freezing import frozen

from common.contracts.organisation import UnitKind
from common.database import Database
from common.operations import OperationRunner
from common.service_process import Runtime
from indicators.reports.domain import KIND
from indicators.reports.operations import making
from indicators.settings import Settings
from indicators.tracking.operations import Editions
from testing.databases import ServiceDatabase
from testing.http import Client, get

TRICKY = "#[]$</script>"
SOURCES = ["/snapshot_id", "/as_of", "/publication_id"]

Make = Callable[..., Awaitable[list[dict[str, Any]]]]


@pytest.fixture(scope="module")
async def school(new_school: Any, apply: Any) -> Any:
    """Nine graduates of two majors, one of them of a name that programs could take for their own."""
    school = new_school()
    school.described("410000")
    school.has_unit(UnitKind.COLLEGE, "C0", name_en="First")
    school.has_unit(UnitKind.MAJOR, "M0", college_code="C0", name=TRICKY)
    for number in range(9):
        someone = school.enters(
            college_code=f"C{number // 5}", major_code=f"M{number // 5}", sex_code=f"{1 + number % 2}"
        )
        if number % 3:
            school.goes(someone, "10", date(2024, 6, 1), employer_nature_code="39", place_code="410102")
    await apply(school.events)
    return school


@pytest.fixture(scope="module")
def runner(stored: ServiceDatabase, database: Database) -> OperationRunner:
    settings = Settings(database_url=stored.app_url, partitions=12)
    return OperationRunner(database, {KIND: making(Runtime(settings, database))})


@pytest.fixture
def make(client: Client, runner: OperationRunner, school: Any) -> Make:
    async def made(subject: dict[str, Any], role: str = "school_officer", **said: Any) -> list[dict[str, Any]]:
        """The reports that an operation makes."""
        http = client(role, school=school.code, college="C0" if role == "college_officer" else None)
        body = {"school_code": school.code, "cohort": 2024, "subject": subject, "as_of": "2024-08-31"} | said
        accepted = await http.post("/v1/reports", json=body)
        assert accepted.status_code == 202, accepted.text
        assert await runner.run_once()
        ended = (await http.get(f"/v1/operations/{accepted.json()['id']}")).json()
        assert ended["state"] == "succeeded", ended
        return [(await http.get(f"/v1/reports/{each}")).json() for each in ended["result"]["reports"]]

    return made


async def refused(client: Client, school: Any, status: int, **said: Any) -> Any:
    body = {"school_code": school.code, "cohort": 2024, "as_of": "2024-08-31"} | said
    answered = await client("school_officer", school=school.code).post("/v1/reports", json=body)
    assert answered.status_code == status, answered.text
    return answered.json()


def pages_of(pdf: bytes) -> list[str]:
    return [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in pypdfium2.PdfDocument(pdf)]


async def files_of(client: Client, school: Any, report: dict[str, Any]) -> tuple[bytes, bytes]:
    http = client("school_officer", school=school.code)
    pdf, xlsx = [await http.get(f"/v1/reports/{report['id']}/{each}") for each in ("pdf", "xlsx")]
    assert (pdf.status_code, pdf.headers["content-type"]) == (200, "application/pdf")
    return pdf.content, xlsx.content


async def test_a_report_says_what_the_api_answers_on_every_page_that_it_is_not_final(
    client: Client, school: Any, make: Make
) -> None:
    (report,) = await make({"kind": "school", "code": school.code})
    pdf, xlsx = await files_of(client, school, report)
    pages = pages_of(pdf)
    assert [page for page in pages if "非最终数据" not in page] == []
    text = "\n".join(pages)
    chapters = ["基本情况", "主要特点", "相关分析", "发展趋势", "对教育教学的反馈", "职业发展画像", "口径与来源"]
    assert [each for each in chapters if each not in text] == []
    rates = await get(client("admin"), "/v1/rates", school=school.code, cohort=2024, as_of="2024-08-31")
    (told,) = rates["observations"]
    assert (report["base"], told["base"]) == (9, 9)
    rate = told["measures"]["placement_rate"]
    assert f"毕业去向落实率 {rate['numerator']} {rate['denominator']} {rate['rate']}" in text
    assert rates["definition_hash"] in text.replace("\n", "")
    structure = await get(
        client("admin"), "/v1/structures", school=school.code, cohort=2024, as_of="2024-08-31", dimension="industry"
    )
    assert structure["observations"][0]["base"] == 6
    assert "行业（基数 6）" in text
    book = openpyxl.load_workbook(io.BytesIO(xlsx))
    assert book.sheetnames == chapters
    cells = [row for row in book["基本情况"].iter_rows(values_only=True) if row[0] == "毕业去向落实率"]
    assert cells[0][1:4] == (6, 9, 66.67)


async def test_the_same_request_gives_the_same_bytes_and_tagged_archived_files(
    client: Client, school: Any, make: Make
) -> None:
    (one,) = await make({"kind": "college", "code": "C0"}, language="en")
    (other,) = await make({"kind": "college", "code": "C0"}, language="en")
    assert one["id"] != other["id"]
    assert (one["pdf_sha256"], one["xlsx_sha256"]) == (other["pdf_sha256"], other["xlsx_sha256"])
    pdf, _ = await files_of(client, school, one)
    assert pdf == (await files_of(client, school, other))[0]
    for said in (b"<pdfaid:part>2</pdfaid:part>", b"<pdfaid:conformance>A</pdfaid:conformance>", b"<pdfuaid:part>1"):
        assert said in pdf
    text = "\n".join(pages_of(pdf))
    assert "Employment quality report, cohort 2024: First" in text
    assert "Figures are not final" in text
    # the name of a major is text, whatever it looks like
    assert TRICKY in text
    _, xlsx = await files_of(client, school, one)
    cells = [cell for sheet in openpyxl.load_workbook(io.BytesIO(xlsx)) for row in sheet.iter_rows() for cell in row]
    assert [cell.data_type for cell in cells if cell.value == TRICKY] == ["s"]


async def test_a_report_on_each_and_whose_they_are(client: Client, school: Any, make: Make) -> None:
    reports = await make({"kind": "major", "code": "*"})
    assert [(each["subject"]["code"], each["base"]) for each in reports] == [("M0", 5), ("M1", 4)]
    (own,) = await make({"kind": "major", "code": "*"}, "college_officer")
    assert own["subject"] == {"kind": "major", "code": "M0", "filters": {"college": "C0", "major": "M0"}}
    college = client("college_officer", school=school.code, college="C0")
    listed = (await college.get("/v1/reports", params={"school": school.code, "kind": "major"})).json()
    assert [each["id"] for each in listed["items"]] == [own["id"]]
    assert (await college.get(f"/v1/reports/{reports[0]['id']}")).status_code == 404
    await get(client("school_officer", school="99999"), f"/v1/reports/{own['id']}/pdf", 404)
    foreign = {"school_code": school.code, "cohort": 2024, "as_of": "2024-08-31"}
    for subject in ({"kind": "college", "code": "C1"}, {"kind": "school", "code": school.code}):
        answered = await college.post("/v1/reports", json=foreign | {"subject": subject})
        assert answered.status_code == 404


async def test_a_group_is_named_by_its_filters(client: Client, school: Any, make: Make) -> None:
    (report,) = await make({"kind": "group", "filters": {"sex": "1", "college": "C0"}})
    assert report["base"] == 3
    assert report["subject"]["code"] is None


@pytest.mark.parametrize(
    ("said", "code", "pointers"),
    [
        ({"subject": {"kind": "college", "code": "C9"}}, "report_on_nobody", ["/subject"]),
        ({"subject": {"kind": "group", "filters": {"sex": "1", "college": "C9"}}}, "report_on_nobody", ["/subject"]),
        ({"cohort": 2019, "subject": {"kind": "major", "code": "*"}}, "report_on_nobody", ["/subject"]),
        ({"as_of": None, "subject": {"kind": "major", "code": "*"}}, "exactly_one_source", SOURCES),
        (
            {"publication_id": str(UUID(int=7)), "subject": {"kind": "major", "code": "*"}},
            "exactly_one_source",
            SOURCES,
        ),
        ({"as_of": "2199-01-01", "subject": {"kind": "major", "code": "*"}}, "invalid", ["/as_of"]),
        ({"subject": {"kind": "major"}}, "invalid", ["/subject/code"]),
        ({"subject": {"kind": "school", "code": "99999"}}, "invalid", ["/subject/code"]),
        ({"subject": {"kind": "group", "filters": {}}}, "invalid", ["/subject/filters"]),
        ({"subject": {"kind": "group", "filters": {"rain": "1"}}}, "unknown_filter", ["/subject/filters/rain"]),
        (
            {"subject": {"kind": "college", "code": "C0", "filters": {"sex": "1"}}},
            "invalid",
            ["/subject/filters"],
        ),
    ],
)
async def test_what_cannot_be_is_refused(
    client: Client, school: Any, said: dict[str, Any], code: str, pointers: list[str]
) -> None:
    told = await refused(client, school, 422, **said)
    assert (told["code"], [each["pointer"] for each in told["errors"]]) == (code, pointers)


async def test_a_snapshot_of_another_school_is_not_found(client: Client, school: Any) -> None:
    said = {"as_of": None, "snapshot_id": str(UUID(int=7)), "subject": {"kind": "school", "code": school.code}}
    await refused(client, school, 404, **said)


async def test_a_report_of_a_snapshot_is_final_and_never_moves(
    client: Client, new_school: Any, database: Database, apply: Any, runner: OperationRunner
) -> None:
    school = new_school()
    school.described("410000")
    people = [school.enters() for _ in range(4)]
    school.goes(people[0], "10", date(2024, 6, 1))
    await apply(school.events)
    http = client("school_officer", school=school.code)
    snapshot = await frozen(database, http, school)
    body = {"school_code": school.code, "cohort": 2024, "subject": {"kind": "school", "code": school.code}}
    digests = set()
    for _ in range(2):
        accepted = await http.post("/v1/reports", json=body | {"snapshot_id": snapshot["id"]})
        assert accepted.status_code == 202, accepted.text
        assert await runner.run_once()
        ended = (await http.get(f"/v1/operations/{accepted.json()['id']}")).json()
        (report_id,) = ended["result"]["reports"]
        report = (await http.get(f"/v1/reports/{report_id}")).json()
        assert (report["snapshot_id"], report["as_of"], report["base"]) == (snapshot["id"], "2024-08-31", 4)
        digests.add(report["pdf_sha256"])
        school.goes(people[1], "10", date(2024, 6, 2))
        await apply(school.events)
    assert len(digests) == 1
    text = "".join(pages_of((await http.get(f"/v1/reports/{report_id}/pdf")).content))
    assert "非最终数据" not in text
    assert snapshot["hash"] in text.replace("\n", "")


async def test_a_report_shows_of_the_surveys_what_the_newest_editions_show(
    client: Client, new_school: Any, database: Database, apply: Any, runner: OperationRunner
) -> None:
    school, wave = new_school(), uuid4()
    school.described("410000")
    people = [school.enters(sex_code="1" if number else "2") for number in range(20)]
    for person in people:
        school.goes(person, "10", date(2024, 6, 1))
        said = {"situation": "employed", "salary": 6543, "teaching_satisfaction": 75}
        school.gives(uuid4(), 1, said, graduate_id=person, wave_id=wave)
    school.closes(wave)
    await apply(school.events)
    assert await Editions(database).take_due() >= 1
    http = client("school_officer", school=school.code)
    texts = []
    for subject in ({"kind": "school", "code": school.code}, {"kind": "group", "filters": {"sex": "2"}}):
        body = {"school_code": school.code, "cohort": 2024, "as_of": "2024-08-31", "subject": subject}
        accepted = await http.post("/v1/reports", json=body)
        assert await runner.run_once()
        ended = (await http.get(f"/v1/operations/{accepted.json()['id']}")).json()
        (report_id,) = ended["result"]["reports"]
        texts.append("".join(pages_of((await http.get(f"/v1/reports/{report_id}/pdf")).content)))
    of_all, of_one = texts
    assert "教学满意度 分 75.00 20" in of_all
    assert "薪资 元 6543 20" in of_all
    # of a single person no answer is shown
    assert "6543" not in of_one
    assert "75.00" not in of_one
