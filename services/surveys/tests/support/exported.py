"""An export by the routes, and its rows as other programs read them."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import openpyxl

from common.operations import OperationRunner

Json = dict[str, Any]

_READ_SAV = """
import json, sys, pyreadstat
frame, meta = pyreadstat.read_sav(sys.argv[1], user_missing=True, disable_datetime_conversion=True)
print(json.dumps({
    "rows": json.loads(frame.to_json(orient="records")), "columns": meta.column_names, "words": meta.column_labels,
    "labels": {name: [[k, v] for k, v in of.items()] for name, of in meta.variable_value_labels.items()},
    "missing": meta.missing_ranges, "formats": meta.original_variable_types,
}))
"""


async def exported(client: httpx.AsyncClient, worker: OperationRunner, wave: str, **asked: Any) -> Json:
    """The operation of an export without the persons, when it has ended."""
    answer = await client.post(f"/v1/waves/{wave}/exports", json=asked)
    assert answer.status_code == 202, answer.text
    while await worker.run_once():
        pass
    done = dict((await client.get(answer.headers["Location"])).json())
    assert done["state"] == "succeeded", done
    return done


async def fetched(client: httpx.AsyncClient, worker: OperationRunner, wave: str, **asked: Any) -> bytes:
    """Its file."""
    done = await exported(client, worker, wave, **asked)
    answer = await client.get(f"/v1/exports/{done['result']['export_id']}/file")
    assert answer.status_code == 200, answer.text
    return answer.content


def rows_of_csv(content: bytes) -> list[Json]:
    """Header → cell, all of them texts."""
    assert content.startswith(b"\xef\xbb\xbf")
    header, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert len(set(header)) == len(header)
    return [dict(zip(header, row, strict=True)) for row in rows]


def rows_of_sheet(content: bytes) -> list[Json]:
    """Header → cell, numbers and days as such."""
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    header, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


def read_sav(content: bytes, folder: Path) -> Json:
    """Rows, labels and missing values of a .sav, read by a process of its own."""
    place = folder / "answers.sav"
    place.write_bytes(content)
    read = subprocess.run([sys.executable, "-c", _READ_SAV, place], capture_output=True, text=True, check=False)
    assert read.returncode == 0, read.stderr
    return dict(json.loads(read.stdout))
