"""An office outside the school in tests: the files that it gives."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
from desks import Desk
from office import Office

from common.identifiers import GraduateId
from destinations.outside.domain.authorisations import Source

INSURED = ("证件号", "姓名", "统一社会信用代码", "单位名称", "参保地代码", "参保起", "参保止")
CREDENTIALS = ("证件号", "姓名", "院校名称", "层次", "入学日期", "状态")
REGISTER = ("统一社会信用代码", "单位名称", "曾用名", "行业代码", "所在地代码", "成立日期", "状态", "参保人数")
HEADERS: Mapping[Source, Sequence[str]] = {
    Source.SOCIAL_INSURANCE: INSURED,
    Source.CREDENTIALS: CREDENTIALS,
    Source.BUSINESS_REGISTER: REGISTER,
}
PATH = "/v1/imports/outside-data"
EMPLOYED: dict[str, Any] = {
    "统一社会信用代码": "91410100MA40ABCD15",
    "单位名称": "某某公司",
    "参保地代码": "410102",
    "参保起": "2024-07",
}
STUDYING: dict[str, Any] = {"院校名称": "某大学", "层次": "硕士", "入学日期": "2024-09-01", "状态": "在籍"}


class Bureau:
    """What a school sends of what such an office gives, and what comes of it."""

    def __init__(self, office: Office, source: Source = Source.SOCIAL_INSURANCE) -> None:
        self.office, self.source = office, source
        self.desk = Desk(office.http, office.headers)
        self.authorisation: str | None = None
        self.count = 0

    def person(self, **given: Any) -> tuple[GraduateId, dict[str, str]]:
        """A new graduate of 2024 of the roster, with the cells that mean this person."""
        self.count += 1
        cells = {"证件号": f"1101012002030{self.count:05}", "姓名": f"金丝雀{self.count}"}
        return GraduateId(self.office.book.write(*cells.values(), **given)), cells

    async def authorised(self, **changed: Any) -> str:
        """The id of an authorisation for today."""
        plan = {"school_code": "10001", "source": self.source.value, "basis": "协议", "reference": "12号"}
        days = {"valid_from": "2024-01-01", "valid_to": "2199-12-31"}
        made = await self.desk.post("/v1/source-authorisations", plan | days | changed)
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    async def post(self, rows: Sequence[Mapping[str, Any]], **form: str) -> httpx.Response:
        """Sends a file."""
        if "authorisation_id" not in form:
            self.authorisation = self.authorisation or await self.authorised()
            form["authorisation_id"] = self.authorisation
        sent = {"school_code": "10001", "cohort": "2024", "source": self.source.value} | form
        file = {"file": ("outside.csv", table(rows, HEADERS[self.source]))}
        return await self.office.http.post(PATH, data=sent, files=file, headers=self.office.headers)

    async def send(self, rows: Sequence[Mapping[str, Any]], **form: str) -> dict[str, Any]:
        """Imports a file; the finished operation."""
        return await self.office.finished(await self.post(rows, **form))


def table(rows: Sequence[Mapping[str, Any]], headers: Sequence[str]) -> bytes:
    """Rows as a text file."""
    content = io.StringIO()
    writer = csv.writer(content)
    writer.writerow(headers)
    writer.writerows([row.get(each) for each in headers] for row in rows)
    return content.getvalue().encode()


def five(operation: Mapping[str, Any]) -> tuple[int, ...]:
    """The counts that add up to the rows."""
    names = ("created", "updated", "unchanged", "rejected", "not_found")
    return tuple(operation["result"][each] for each in names)
