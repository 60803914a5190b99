"""Files as people make them, through the route and the worker: read as they are shown, or refused by name."""

import asyncio
import io
import zipfile
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest
import xlsxwriter

from common.crypto import FieldCipher
from common.database import Database
from common.operations import OperationRunner
from common.registry_client import RegistryClient
from surveys.answer_imports.imports.operations import EMPTY_RESULT, KIND, importing
from surveys.answers.storage.values import opened

Json = dict[str, Any]
Rows = Callable[..., Awaitable[list[Json]]]
WORDS = {"zh": "文字", "en": "words"}
ASKED: list[Json] = [
    {"id": "many", "type": "multiple_choice", "options": [{"value": each, "text": WORDS} for each in "abc"]},
    {"id": "pay", "type": "money", "period": "month"},
    {"id": "rate", "type": "number", "decimals": 2},
    {"id": "since", "type": "date"},
    {"id": "left", "type": "month"},
    {"id": "code", "type": "text"},
]
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.fixture
def runner(database: Database, cipher: FieldCipher, registry: RegistryClient) -> OperationRunner:
    handlers = {KIND: importing(registry, cipher)}
    return OperationRunner(database.patient, handlers, cipher=cipher, empty_results={KIND: EMPTY_RESULT})


@pytest.fixture
async def asking(manager: httpx.AsyncClient, graduates: list[UUID], plan: Json, questionnaire: Json) -> Json:
    """A wave that asks what a spreadsheet program likes to show as something else."""
    pages = [{"id": "one", "questions": [{"text": WORDS, "required": False, **each} for each in ASKED]}]
    made = (await manager.post("/v1/questionnaires", json=questionnaire | {"pages": pages})).json()
    published = await manager.post(f"/v1/questionnaires/{made['id']}/publish", headers={"If-Match": '"1"'})
    assert published.status_code == 200, published.text
    return dict((await manager.post("/v1/waves", json=plan | {"questionnaire_id": made["id"]})).json())


@pytest.fixture
def send(manager: httpx.AsyncClient, asking: Json) -> Callable[..., Awaitable[str]]:
    """Send a file; gives the operation's id."""

    async def do(content: bytes, name: str = "answers.xlsx", **form: str) -> str:
        sent = await manager.post(
            f"/v1/waves/{asking['id']}/imports",
            data={"statement_version": "1", "on_error": "skip"} | form,
            files={"file": (name, content)},
        )
        assert sent.status_code == 202, sent.text
        return str(sent.json()["id"])

    return do


def workbook(people: list[UUID]) -> bytes:
    """One row for each: the same said by formats, by texts, and in ways that are refused."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content)
    formats = {name: book.add_format({"num_format": name}) for name in ("#,##0", "0%", "yyyy/m/d", "0000", "yyyy-mm")}
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["graduate_id", "同意", "many_a", "many_b", "many_c", "pay", "rate", "since", "left", "code"])
    sheet.write_row(1, 0, [str(people[0]), "同意", 1, 0, True])
    sheet.write(1, 5, 6500, formats["#,##0"])
    sheet.write(1, 6, 12.5)
    sheet.write_datetime(1, 7, date(2024, 6, 30), formats["yyyy/m/d"])
    sheet.write_datetime(1, 8, date(2024, 6, 1), formats["yyyy-mm"])
    sheet.write(1, 9, 12, formats["0000"])
    row = [str(people[1]), "YES", "√", "否", "是", "6,500", "12.50", "2024年6月30日", "2024.06", "0012"]
    sheet.write_row(2, 0, row)
    sheet.write_row(3, 0, [str(people[2]), "不同意", "x"])
    sheet.write(3, 6, 0.85, formats["0%"])
    sheet.write_formula(3, 5, "=1+1", None, "#REF!")
    book.close()
    return content.getvalue()


async def test_cells_are_read_as_they_are_shown(
    send: Any, graduates: list[UUID], manager: httpx.AsyncClient, runner: OperationRunner, rows: Rows, asking: Json,
    cipher: FieldCipher,
) -> None:  # fmt: skip
    operation = await send(workbook(graduates))
    assert await runner.run_once()
    done = (await manager.get(f"/v1/operations/{operation}")).json()
    assert (done["result"]["created"], done["result"]["rejected"]) == (2, 1), done["errors"]
    said = {(each["row"], each["column"], each["rule"]) for each in done["errors"]}
    assert {(4, "同意", "consent_required"), (4, "many_a", "choice"), (4, "rate", "number")} <= said, said
    stored = await rows(
        "SELECT response_id, content.version, values_ciphertext FROM submitted_contents AS content"
        " JOIN responses AS response ON response.id = response_id WHERE wave_id = :id",
        id=UUID(asking["id"]),
    )
    ours = {"pay": 6500, "rate": 12.5, "since": "2024-06-30", "left": "2024-06", "code": "0012", "many": ["a", "c"]}
    values = [opened(cipher, each["response_id"], each["version"], each["values_ciphertext"]) for each in stored]
    assert values == [ours, ours]


def repacked(**members: bytes) -> bytes:
    """A workbook with other parts, by their names with `/` for `__`."""
    book, content = io.BytesIO(), io.BytesIO()
    written = xlsxwriter.Workbook(book)
    written.add_worksheet().write_row(0, 0, ["graduate_id", "同意"])
    written.close()
    with zipfile.ZipFile(book) as before, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as after:
        parts = {name: before.read(name) for name in before.namelist()}
        for name, part in {**parts, **{each.replace("__", "/"): part for each, part in members.items()}}.items():
            after.writestr(name, part)
    return content.getvalue()


@pytest.mark.parametrize(
    ("make", "name", "rule"),
    [
        (lambda: repacked(**{"xl__vbaProject.bin": OLD_WORKBOOK + b"\0" * 600}), "a.xlsm", "file_has_macros"),
        (lambda: OLD_WORKBOOK + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600, "a.xlsx", "file_encrypted"),
        (lambda: repacked()[:500], "a.xlsx", "file_corrupt"),
    ],
)
async def test_what_is_no_table_is_refused_by_name(
    send: Any, manager: httpx.AsyncClient, runner: OperationRunner, make: Any, name: str, rule: str
) -> None:
    operation = await send(make(), name)
    assert await runner.run_once()
    done = (await manager.get(f"/v1/operations/{operation}")).json()
    assert (done["state"], [each["rule"] for each in done["errors"]]) == ("failed", [rule]), done


async def test_two_files_at_once_store_each_person_once(
    send: Any, graduates: list[UUID], database: Database, cipher: FieldCipher, registry: RegistryClient,
    manager: httpx.AsyncClient, rows: Rows, asking: Json,
) -> None:  # fmt: skip
    lines = "\n".join([f"{each},1,100" for each in graduates])
    content = f"graduate_id,consent,pay\n{lines}".encode()
    sent = [await send(content, "answers.csv") for _ in range(2)]
    runners = [
        OperationRunner(database.patient, {KIND: importing(registry, cipher)}, cipher=cipher,
                        empty_results={KIND: EMPTY_RESULT})
        for _ in sent
    ]  # fmt: skip
    await asyncio.gather(*(each.run_once() for each in runners))
    results = [(await manager.get(f"/v1/operations/{each}")).json()["result"] for each in sent]
    assert sum(each["created"] for each in results) == len(graduates), results
    assert sum(each["unchanged"] + each["created"] for each in results) == 2 * len(graduates), results
    [stored] = await rows(
        "SELECT count(*) AS n, count(DISTINCT graduate_id) AS people FROM responses WHERE wave_id = :id",
        id=UUID(asking["id"]),
    )
    assert stored == {"n": len(graduates), "people": len(graduates)}
