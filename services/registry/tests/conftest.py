"""The service on a migrated database: clients by role, schools of their own, files as people make them, a worker."""

import csv
import io
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import openpyxl
import pytest
import xlwt
from fastapi import FastAPI

from common.codes import Cell
from common.crypto import FieldCipher
from common.database import Database
from common.operations import OperationRunner
from registry.app import create_app
from registry.graduates.imports.operations import KIND, import_roster, roster_import
from registry.graduates.storage.sealing import content_of, sealed
from registry.settings import Settings
from testing.databases import ServiceDatabase
from testing.tokens import TokenMint

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Table = Sequence[Sequence[Cell]]
Share = Callable[..., Awaitable[None]]

_schools = count(90_001)


@pytest.fixture(scope="session")
def service() -> str:
    return "registry"


@pytest.fixture(scope="session")
def settings(addresses: ServiceDatabase, mint: TokenMint, keyring_file: Path, folder: Path) -> Settings:
    return Settings(
        database_url=addresses.app_url,
        keyring_file=keyring_file,
        objects=(folder / "objects").as_uri(),
        service_token_file=mint.service_token_file(folder),
        rate_limit_per_second=100_000,
        **mint.settings,
    )


@pytest.fixture(scope="session")
def application(settings: Settings, database: Database) -> FastAPI:
    return create_app(settings, database, {})


@pytest.fixture(scope="session")
def cipher(settings: Settings) -> FieldCipher:
    return FieldCipher.load(settings.keyring_file)


@pytest.fixture
def admin(client: Client) -> httpx.AsyncClient:
    return client("admin")


@pytest.fixture
async def school(admin: httpx.AsyncClient) -> str:
    """A school that no other test uses."""
    code = str(next(_schools))
    answer = await admin.post("/v1/schools", json={"code": code, "name": "测试大学", "province_code": "410000"})
    assert answer.status_code == 201, answer.text
    return code


@pytest.fixture
def officer(client: Client, school: str) -> httpx.AsyncClient:
    return client("school_officer", school=school)


@pytest.fixture
async def graduate(officer: httpx.AsyncClient, school: str) -> Json:
    """One graduate of the school, entered by its officer."""
    body = {
        "school_code": school,
        "cohort": 2024,
        "student_number": "2020001",
        "name": "张三",
        "citizen_id": "11010119900307002X",
        "phone": "13800138000",
        "education_level_code": "31",
    }
    answer = await officer.post("/v1/graduates", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


@pytest.fixture
def runner(database: Database, cipher: FieldCipher) -> OperationRunner:
    """A worker of imports."""
    kind = roster_import(cipher)
    handlers, empty_results = {KIND: partial(import_roster, kind)}, {KIND: kind.empty_result}
    return OperationRunner(database.patient, handlers, cipher=cipher, empty_results=empty_results)


@pytest.fixture
def imported(school: str, officer: httpx.AsyncClient, runner: OperationRunner) -> Callable[..., Awaitable[Json]]:
    """Upload a file for the school's 2024 cohort and give the finished operation."""

    async def run(content: bytes, filename: str = "roster.xlsx", **form: str) -> Json:
        fields = {"school_code": school, "cohort": "2024", **form}
        answer = await officer.post("/v1/imports/graduates", data=fields, files={"file": (filename, content)})
        assert answer.status_code == 202, answer.text
        while await runner.run_once():
            pass
        return dict((await officer.get(answer.headers["location"])).json())

    return run


class Files:
    """Tables as the files that people make of them."""

    def xlsx(self, table: Table, **further: Table) -> bytes:
        """A workbook of one sheet, or with further ones by name."""
        book = openpyxl.Workbook()
        for sheet, rows in [(book.active, table), *((book.create_sheet(name), each) for name, each in further.items())]:
            for row in rows:
                sheet.append(list(row))
        content = io.BytesIO()
        book.save(content)
        return content.getvalue()

    def xls(self, table: Table) -> bytes:
        book = xlwt.Workbook()
        sheet = book.add_sheet("数据")
        day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
        for index, row in enumerate(table):
            for column, cell in enumerate(row):
                if cell is not None:
                    sheet.write(index, column, cell, day if isinstance(cell, date) else xlwt.Style.default_style)
        content = io.BytesIO()
        book.save(content)
        return content.getvalue()

    def csv(self, table: Table, encoding: str = "utf-8-sig") -> bytes:
        content = io.StringIO()
        csv.writer(content).writerows(["" if cell is None else cell for cell in row] for row in table)
        return content.getvalue().encode(encoding)


@pytest.fixture(scope="session")
def files() -> Files:
    return Files()


@pytest.fixture
def share_exam_number(addresses: ServiceDatabase, cipher: FieldCipher) -> Share:
    """Gives graduates of a school the number E1, as they could share one before it was unique: the first holds it."""

    async def share(school: str, *student_numbers: str) -> None:
        owner = await asyncpg.connect(addresses.owner_url)
        index = cipher.blind_index("exam_number", "E1")
        for number in student_numbers:
            row = await owner.fetchrow(
                "SELECT g.*, k.id AS key_id, wrapped FROM graduates g JOIN data_keys k USING (school_code, cohort)"
                " WHERE g.school_code = $1 AND student_number_index = $2",
                school,
                cipher.blind_index("student_number", number),
            )
            data = cipher.data_cipher(row["key_id"], row["wrapped"])
            document = sealed(data, row["id"], row["version"], {**content_of(data, row), "exam_number": "E1"})
            await owner.execute(
                "UPDATE graduates SET sealed = $2, exam_number_index = $3, shared_exam_number_index = $4 WHERE id = $1",
                *(row["id"], document, index, None if number == "1" else index),
            )
        await owner.close()

    return share
