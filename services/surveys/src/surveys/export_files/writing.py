"""Columns as they come, put together and written as a .sav."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy
import pandas  # type: ignore[import-untyped]
import pyreadstat

_TEXT, _DAY = "text", "day"


def write(parts: Iterator[bytes], path: str) -> None:
    """Writes the file: first the columns as JSON, then of each part of the rows every column.

    Texts are lists in JSON, all else doubles. The path may be that of a pipe: it is written from the first to the last
    byte.
    """
    columns: Sequence[Mapping[str, Any]] = json.loads(next(parts))
    gathered: list[list[Any]] = [[] for _ in columns]
    known: dict[str, str] = {}
    for number, part in enumerate(parts):
        place = number % len(columns)
        if columns[place]["storage"] == _TEXT:
            # the same few texts come again and again
            gathered[place] += [known.setdefault(each, each) for each in json.loads(part)]
        else:
            gathered[place].append(part)
    named = {each["name"]: each for each in columns}
    pyreadstat.write_sav(
        _frame(columns, gathered),
        path,
        row_compress=True,
        column_labels={name: each["label"] for name, each in named.items()},
        variable_value_labels={name: dict(each["labels"]) for name, each in named.items() if each["labels"]},
        missing_ranges={name: each["missing"] for name, each in named.items() if each["missing"]},
        variable_format={name: found for name, each in named.items() if (found := _format(each))},
        variable_measure={name: _measure(each) for name, each in named.items()},
    )


def _frame(columns: Sequence[Mapping[str, Any]], gathered: list[list[Any]]) -> pandas.DataFrame:
    series = {}
    for column in columns:
        # as each is put together, its parts go
        cells = gathered.pop(0)
        if column["storage"] == _TEXT:
            series[column["name"]] = numpy.array(cells, dtype=object)
        else:
            series[column["name"]] = numpy.frombuffer(b"".join(cells), dtype=numpy.float64)
    return pandas.DataFrame(series, copy=False)


def _format(column: Mapping[str, Any]) -> str | None:
    if column["storage"] == _DAY:
        return "SDATE10"
    return "F8.0" if column["storage"] != _TEXT and column["whole"] else None


def _measure(column: Mapping[str, Any]) -> str:
    return "nominal" if column["storage"] == _TEXT or column["whole"] else "scale"
