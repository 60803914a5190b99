"""The query parameter `format`, and answers in the format asked for."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal, TypeVar

from fastapi import Depends, Query, Response
from pydantic import BaseModel

from common.errors import BadQuery, FieldProblem, Message
from common.operations.files import WORKBOOK
from indicators.formats.charts import chart_of
from indicators.formats.observation import FigureTable
from indicators.formats.tables import csv_of, csv_rows, sdmx_csv_of, workbook_of, workbook_rows

FormatName = Literal["json", "csv", "xlsx", "sdmx-csv", "vega-lite"]

JSON: FormatName = "json"

MEDIA_TYPES: Mapping[FormatName, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": WORKBOOK,
    "sdmx-csv": "application/vnd.sdmx.data+csv; version=2.0.0; charset=utf-8",
    "vega-lite": "application/vnd.vegalite.v6+json",
}
_SUFFIXES: Mapping[FormatName, str] = {"csv": "csv", "xlsx": "xlsx", "sdmx-csv": "sdmx.csv", "vega-lite": "vl.json"}

IN_FORMATS: dict[int | str, dict[str, Any]] = {
    200: {"content": {each.split(";")[0]: {"schema": {"type": "string"}} for each in MEDIA_TYPES.values()}}
}
"""The `responses` of a route that answers in every format."""

_NOT_KEPT = {"Cache-Control": "private, no-store"}
_LISTED = Message("人员变动清单只有 json、csv、xlsx 格式", "Movements of persons come as json, csv and xlsx alone")

Answer = TypeVar("Answer")
Body = TypeVar("Body", bound=BaseModel)


Table = tuple[Sequence[str], Sequence[Sequence[str | None]]]
"""The names of columns, and rows of texts."""


class NoChart(BadQuery):
    """What was asked for cannot be drawn."""

    code = "no_chart"
    title = Message("此内容没有图表", "There is no chart of this")

    def __init__(self) -> None:
        super().__init__([FieldProblem("format", "no_chart", _LISTED)])


async def read_format(
    format_: Annotated[FormatName, Query(alias="format", description="In which format the figures are wanted")] = JSON,
) -> FormatName:
    """The format asked for."""
    return format_


Format = Annotated[FormatName, Depends(read_format)]


def require_listable(wanted: FormatName) -> None:
    """For a list of persons, of whom there are no figures: raises NoChart, and BadQuery for SDMX-CSV."""
    if wanted == "vega-lite":
        raise NoChart
    if wanted == "sdmx-csv":
        raise BadQuery([FieldProblem("format", "no_observations", _LISTED)])


async def listed(
    wanted: FormatName, answer: Answer, name: str, table: Table, headers: Mapping[str, str]
) -> Answer | Response:
    """The answer as it is, or its rows as a file; `headers` may link to the next page."""
    if wanted == JSON:
        return answer
    written = await asyncio.to_thread(csv_rows if wanted == "csv" else workbook_rows, *table)
    linked = {"Link": headers["link"]} if "link" in headers else {}
    return _file(written, name, wanted, linked)


async def in_format(
    wanted: FormatName, answer: Answer, table: Callable[[Answer], FigureTable], language: str
) -> Answer | Response:
    """The answer as it is, or its figures as a file of the format asked for."""
    if wanted == JSON:
        return answer
    written, name = await asyncio.to_thread(_write, table(answer), wanted, language)
    return _file(written, name, wanted, {})


async def json_in_format(
    wanted: FormatName, written: bytes, body: type[Body], table: Callable[[Body], FigureTable], language: str
) -> Response:
    """The same of an answer of many figures that is JSON already: a model is made of it for the other formats alone."""
    if wanted == JSON:
        return Response(written, media_type="application/json", headers=_NOT_KEPT)
    content, name = await asyncio.to_thread(_write, table(body.model_validate_json(written)), wanted, language)
    return _file(content, name, wanted, {})


def _file(written: bytes, name: str, wanted: FormatName, headers: Mapping[str, str]) -> Response:
    named = {"Content-Disposition": f'attachment; filename="{name}.{_SUFFIXES[wanted]}"'}
    return Response(written, media_type=MEDIA_TYPES[wanted], headers={**_NOT_KEPT, **named, **headers})


def _write(table: FigureTable, wanted: FormatName, language: str) -> tuple[bytes, str]:
    match wanted:
        case "csv":
            return csv_of(table), table.name
        case "xlsx":
            return workbook_of(table), table.name
        case "sdmx-csv":
            return sdmx_csv_of(table), table.name
        case _:
            return json.dumps(chart_of(table, language), ensure_ascii=False).encode(), table.name
