"""The open page in a real browser: at the width of a phone and of a desk, in both languages, without a script."""

import csv
import os
from collections.abc import AsyncIterator
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import openpyxl
import pypdfium2
import pytest
from browsing import violations, visiting

from common.contracts.organisation import UnitKind
from common.database import Database
from indicators.app import create_app
from indicators.settings import Settings
from indicators.tracking.operations import Editions
from testing.browser import running_browser
from testing.databases import ServiceDatabase
from testing.http import serving
from testing.tokens import TokenMint

SIZES = {"phone": (360, 740), "desktop": (1400, 900)}
TITLE = {"zh": "2024 届毕业生就业质量 #[]$</script><b>", "en": "Employment of 2024 #[]$</script><b>"}
TABLES = (
    {"kind": "rates"},
    {"kind": "rates", "by": ["college"]},
    {"kind": "rates", "by": ["major"], "measures": ["placement_rate"]},
    {"kind": "rates", "by": ["college", "sex"], "measures": ["placement_rate"]},
    {"kind": "structure", "by": ["sex"], "dimension": "destination_class"},
    {"kind": "structure", "dimension": "employer_nature", "denominator_rule": "unit"},
    {"kind": "structure", "by": ["sex"], "dimension": "industry"},
    {"kind": "tracking", "by": ["college"], "indicator": "salary", "cycle": 1},
    {"kind": "tracking", "indicator": "leave_reasons", "cycle": 1},
    {"kind": "tracking", "indicator": "startup_financing", "cycle": 3},
)
LANGUAGES = {"zh-CN": "zh-CN", "en-GB": "en"}
SAID = {
    "zh-CN": ("机械学院 </script>", "其他（机械学院 </script>）", "国有企业", "单位就业", "薪资", "回答不足，未公布。"),
    "en-GB": (
        "Mechanics </script>",
        "Others (Mechanics </script>)",
        "State-owned",
        "Employed by a unit",
        "Pay",
        "Too few",
    ),
}


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Any]:
    async with running_browser() as running:
        yield running


@pytest.fixture(scope="module")
async def address(
    stored: ServiceDatabase, database: Database, mint: TokenMint, keyring_file: Path
) -> AsyncIterator[str]:
    app = create_app(Settings(database_url=stored.app_url, keyring_file=keyring_file, **mint.settings), database, {})
    async with serving(app) as base:
        yield base


@pytest.fixture
async def named(new_school: Any, apply: Any, database: Database) -> Any:
    """A school whose units have names, with majors that stand together in each college, and an edition."""
    school, wave = new_school(), uuid4()
    school.described(name="示例大学", name_en="Example University")
    for code, zh, en in (("C1", "机械学院 </script>", "Mechanics </script>"), ("C2", "人文学院", "Humanities")):
        school.has_unit(UnitKind.COLLEGE, code, name=zh, name_en=en)
    for number in range(8):
        school.has_unit(UnitKind.MAJOR, f"M{number}", name=f"专业{number}", name_en=f"Major {number}")
    for number in range(240):
        college, major = number % 2, number % 8 if number < 160 else number % 2
        person = school.enters(
            college_code=f"C{1 + college}",
            major_code=f"M{major}",
            education_level_code="31",
            sex_code=f"{1 + number // 2 % 2}",
        )
        code = "70" if number % 10 == 0 else "801" if number % 10 == 1 else "10"
        school.goes(person, code, date(2024, 6, 1), **({"employer_nature_code": "31"} if code == "10" else {}))
        if number % 3:
            said = {"situation": "employed", "salary": 4000 + number * 10, "leave_reason": ["salary"]}
            school.gives(uuid4(), 1, said, graduate_id=person, wave_id=wave)
    school.closes(wave)
    await apply(school.events)
    assert await Editions(database).take_due() >= 1
    return school


@pytest.fixture
async def publication(named: Any, freeze: Any, desk: Any) -> Any:
    at = desk(named)
    return at, await at.released(await at.proposed(await at.draft(await freeze(named), *TABLES, title=TITLE)))


@pytest.mark.parametrize("locale", SAID)
@pytest.mark.parametrize("size", SIZES)
async def test_the_page_of_a_publication(
    publication: Any, browser: Any, address: str, tmp_path: Path, size: str, locale: str
) -> None:
    _, released = publication
    width, height = SIZES[size]
    async with visiting(browser, address, width=width, height=height, locale=locale) as page:
        answered = await page.goto(f"{address}/published/{released['id']}")
        assert answered.status == 200
        assert "script" not in answered.headers["content-security-policy"]
        assert await page.get_attribute("html", "lang") == LANGUAGES[locale]
        assert await page.locator("h1").text_content() == TITLE[locale[:2]]
        content = await page.locator("main").inner_text()
        assert [each for each in SAID[locale] if each not in content] == []
        assert "_other" not in content
        assert await page.locator("table").count() == len(TABLES) - 1
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        # the style counts, which the policy names by its hash
        assert await page.locator("td.n").first.evaluate("each => getComputedStyle(each).textAlign") == "end"
        await looked_at(page, f"{locale}-{size}")
        if size == "desktop":
            printed = await page.pdf(format="A4", path=f"{os.environ.get('QUXIANG_PICTURES', tmp_path)}/{locale}.pdf")
            text = "\n".join(each.get_textpage().get_text_range() for each in pypdfium2.PdfDocument(printed))
            # nothing is cut at the edge of a sheet
            numbers = {each for each in content.split() if each.replace(".", "").isdigit()}
            assert numbers - {*text.split()} == set()


@pytest.mark.parametrize("locale", SAID)
async def test_what_stands_there_after_its_end(
    publication: Any, browser: Any, address: str, http: Any, locale: str
) -> None:
    at, first = publication
    draft = await at.draft({"id": first["snapshot_id"]}, *TABLES[:2], title=TITLE)
    second = await at.released(await at.proposed(draft))
    async with visiting(browser, address, width=360, height=740, locale=locale) as page:
        answered = await page.goto(f"{address}/published/{first['id']}")
        assert (answered.status, answered.headers["cache-control"]) == (410, "no-cache")
        assert await page.get_attribute("html", "lang") == LANGUAGES[locale]
        await looked_at(page, f"superseded-{locale}")
        await page.get_by_role("link").click()
        assert page.url == f"{address}/published/{second['id']}"
        assert await page.locator("table").count() == 2
        assert (await at.act(second, "withdraw", at.one, reason="更正")).status_code == 200
        answered = await page.reload()
        assert answered.status == 410
        assert await page.get_by_role("link").count() == 0
        await looked_at(page, f"withdrawn-{locale}")
        answered = await page.goto(f"{address}/published/{uuid4()}")
        assert answered.status == 404
        await looked_at(page, f"nothing-{locale}")
    # programs get the problem of every route
    gone = await http.get(f"/published/{first['id']}", headers={"Accept": "*/*"})
    assert (gone.status_code, gone.json()["successor"]) == (410, second["id"])


async def test_a_machine_without_fonts_takes_the_one_that_comes_along(publication: Any, address: str) -> None:
    _, released = publication
    async with (
        running_browser(usual_fonts=False) as browser,
        visiting(browser, address, width=360, height=740, locale="zh-CN") as page,
    ):
        await page.goto(f"{address}/published/{released['id']}")
        loaded = "document.fonts.ready.then(all => [...all].map(each => each.status))"
        assert await page.evaluate(loaded) == ["loaded"]
        await looked_at(page, "without-fonts")


async def looked_at(page: Any, name: str) -> None:
    """No rule of accessibility is broken; a picture is kept where `QUXIANG_PICTURES` says."""
    assert await violations(page) == []
    if pictures := os.environ.get("QUXIANG_PICTURES"):
        await page.screenshot(path=f"{pictures}/{name}.png", full_page=True)


async def test_files_have_the_words_beside_the_codes(publication: Any, http: Any) -> None:
    path = f"/v1/published/{publication[1]['id']}"
    english = {"Accept-Language": "en"}
    for table in (await http.get(path, headers=english)).json()["tables"]:
        codes = {
            (name, code)
            for row in table["observations"]
            for name, code in [*row["group"].items(), *row["within"].items()]
        }
        codes |= {(table["dimension"], cell["code"]) for row in table["observations"] for cell in row["cells"] or ()}
        named = {
            (name, code) for name, words in table["labels"].items() for code in words if name != table["indicator"]
        }
        assert named == {each for each in codes if each[1] is not None}
    written = (await http.get(f"{path}?table=2&format=csv", headers=english)).text
    # 其他 of two colleges are two rows, and two keys
    found = [
        (row["college"], row["major"], row["major_label"], row["college_label"], row["measure_label"], row["rate"])
        for row in csv.DictReader(written.removeprefix("\ufeff").splitlines())
    ]
    assert found == [
        ("C1", "M0", "Major 0", "Mechanics </script>", "Placement rate", "80.00"),
        ("C2", "M1", "Major 1", "Humanities", "Placement rate", "100.00"),
        ("C1", "_other", "Others", "Mechanics </script>", "Placement rate", "80.00"),
        ("C2", "_other", "Others", "Humanities", "Placement rate", "100.00"),
    ]
    sdmx = [*csv.DictReader((await http.get(f"{path}?table=2&format=sdmx-csv")).text.splitlines())]
    assert [(row["COLLEGE"], row["MAJOR"]) for row in sdmx] == [("C1", "M0"), ("C2", "M1"), ("C1", "_O"), ("C2", "_O")]
    workbook = openpyxl.load_workbook(BytesIO((await http.get(f"{path}?table=5&format=xlsx")).content))
    assert [cell.value for cell in workbook["数据"][2]][-2:] == ["国有企业", "占比"]
    chart = (await http.get(f"{path}?table=3&format=vega-lite", headers=english)).json()
    assert {each["group"] for each in chart["data"]["values"]} >= {"Humanities · Female"}
    reasons = (await http.get(f"{path}?table=8&format=csv")).text
    assert "离职原因: 薪资" in reasons


async def test_a_unit_that_is_renamed_is_another_answer(publication: Any, named: Any, apply: Any, http: Any) -> None:
    path = f"/v1/published/{publication[1]['id']}"
    before = await http.get(path)
    await apply([named.has_unit(UnitKind.COLLEGE, "C2", name="文学院")])
    after = await http.get(path, headers={"If-None-Match": before.headers["etag"]})
    assert (after.status_code, after.json()["hash"]) == (200, before.json()["hash"])
    assert after.json()["tables"][1]["labels"]["college"]["C2"] == "文学院"
    assert (await http.get(path, headers={"If-None-Match": after.headers["etag"]})).status_code == 304
