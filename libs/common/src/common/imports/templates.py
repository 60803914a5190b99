"""The answer with a template: a file that the import beside it takes."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import Query, Response

from common.operations.downloads import DOWNLOAD
from common.operations.files import WORKBOOK
from common.spreadsheets.templates import TemplateColumn, template_csv, template_workbook

TemplateFormat = Annotated[Literal["xlsx", "csv"], Query(description="A workbook with drop-downs, or text")]
"""`format: TemplateFormat = "xlsx"` of a route that answers with a template."""

_MADE = {"xlsx": (template_workbook, WORKBOOK), "csv": (template_csv, "text/csv; charset=utf-8")}
TEMPLATE_RESPONSES = DOWNLOAD
"""What OpenAPI says of such an answer."""


async def template_answer(name: str, columns: Sequence[TemplateColumn], kind: Literal["xlsx", "csv"]) -> Response:
    """The template as a file of that name."""
    make, media_type = _MADE[kind]
    content = await asyncio.to_thread(make, columns)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return Response(content, headers=headers, media_type=media_type)
