"""A .sav is byte by byte what the library writes of the whole table."""

import io
import json
from array import array
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import numpy
import pandas  # type: ignore[import-untyped]
import pyreadstat
import pytest

from surveys.export_files.writing import write

Json = dict[str, Any]

NONE = float("nan")
NUMBERS = [NONE, -97.0, -98.0, -99.0, -100.0, -99.5, -0.5, 0.0, 1.0, 3.5, 151.0, 151.5, 152.0, 700.0, 1e10]
DAYS = [NONE, -97.0, 13_939_084_800.0]
CREATED = slice(92, 109)
"""The day and the time in the header."""

BLOCK = 7


def described(name: str, storage: str, *labels: tuple[Any, str]) -> Json:
    missing = [-97.0, -98.0, -99.0] if storage != "text" else ["-97", "-98", "-99"]
    return {
        "name": name, "label": f"题 {name}", "storage": storage, "whole": bool(labels), "labels": labels,
        "missing": missing if labels else [],
    }  # fmt: skip


def a_text(random: Random, longest: int) -> str:
    return "".join(random.choice("ab c长") for _ in range(random.randrange(longest + 1)))


def sent(columns: list[Json], rows: list[list[Any]]) -> Iterator[bytes]:
    """As a service sends them."""
    yield json.dumps(columns).encode()
    count = 0
    for start in range(0, len(rows), BLOCK):
        texts: list[str] = []
        doubles = array("d")
        for cell in (cell for row in rows[start : start + BLOCK] for cell in row):
            if isinstance(cell, str):
                texts.append(cell)
                doubles.append(count)
                count += 1
            else:
                doubles.append(cell)
        yield json.dumps(texts).encode()
        yield doubles.tobytes()


def by_the_library(columns: list[Json], rows: list[list[Any]], path: Path) -> bytes:
    kinds = {"text": object, "number": float, "day": float}
    frame = pandas.DataFrame(
        {
            column["name"]: numpy.array([row[at] for row in rows], dtype=kinds[column["storage"]])
            for at, column in enumerate(columns)
        }
    )
    named = {column["name"]: column for column in columns}
    pyreadstat.write_sav(
        frame, str(path), row_compress=True,
        column_labels={name: each["label"] for name, each in named.items()},
        variable_value_labels={name: dict(each["labels"]) for name, each in named.items() if each["labels"]},
        missing_ranges={name: each["missing"] for name, each in named.items() if each["missing"]},
        variable_format={"day": "SDATE10", "chosen": "F8.0", "seventh": "F8.0"},
        variable_measure={name: "nominal" if each["labels"] or each["storage"] == "text" else "scale"
                          for name, each in named.items()},
    )  # fmt: skip
    return path.read_bytes()


@pytest.mark.parametrize("longest", [0, 1, 8, 9, 251, 252, 255, 256, 700, 3_000])
@pytest.mark.parametrize("count", [0, 1, 30])
def test_a_sav_is_what_the_library_writes(longest: int, count: int, tmp_path: Path) -> None:
    random = Random(f"{longest} {count}")
    columns = [
        described("respondent", "text"), described("chosen", "number", (1.0, "一"), (2.0, "two")),
        described("amount", "number"), described("words", "text", ("a", "甲")), described("day", "day"),
        described("also_words_of_a_long_name", "text"), described("seventh", "number", (7.0, "七")),
    ]  # fmt: skip
    rows = [
        [
            f"{at:032x}", random.choice(NUMBERS), random.choice(NUMBERS), a_text(random, longest),
            random.choice(DAYS), a_text(random, longest), random.choice(NUMBERS),
        ]
        for at in range(count)
    ]  # fmt: skip
    made = io.BytesIO()
    write(sent(columns, rows), made)
    ours, theirs = bytearray(made.getvalue()), bytearray(by_the_library(columns, rows, tmp_path / "theirs.sav"))
    for each in (ours, theirs):
        each[CREATED] = b" " * 17
    assert ours == theirs
