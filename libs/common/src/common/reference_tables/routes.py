"""Routes of reference tables, for every service that uses some."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Self

from fastapi import Depends, Query, Response
from pydantic import BaseModel, Field

from common.auth import Principal, Role, require
from common.errors import NotFound
from common.files import MB, FileKind, Files
from common.files.formats import formats_of
from common.http import (
    Db,
    IfMatch,
    PageOf,
    ReceivedFile,
    Router,
    Whole,
    WholePage,
    file_body,
    page_of,
    resource,
    rows_after,
)
from common.reference_tables import commands, storage
from common.reference_tables.definition import ReferenceTable, Value
from common.reference_tables.storage import ReferenceVersion
from common.sheet_reader.delimited import decoded

CSV = Files((FileKind("csv", "CSV", "text/csv", lambda content: not formats_of(content)),), at_most=2 * MB)

CsvBody = Annotated[ReceivedFile, file_body(CSV)]
Administrator = Annotated[Principal, Depends(require(Role.ADMIN))]
OfVersion = Annotated[Whole | None, Query(ge=0, le=2**31 - 1)]
_PUT = "Replace the rows of a reference table by those of a CSV file"
_ABOUT_PUT = "The first upload needs no If-Match. Each row names its `source` and whether it is `verified`."


class ReferenceTableSummary(BaseModel):
    """A table and its newest version; 0 is that of the release."""

    name: str
    title_zh: str
    title_en: str
    columns: list[str] = Field(description="The columns of a file")
    version: int
    count: int = Field(description="Rows")
    recorded_at: datetime | None = Field(description="When the version was uploaded; null for the release's rows")

    @classmethod
    def of(cls, stored: ReferenceVersion) -> Self:
        """The table as it is listed."""
        table = stored.table
        return cls(
            name=table.name,
            title_zh=table.title.zh,
            title_en=table.title.en,
            columns=list(table.headers),
            version=stored.version,
            count=len(stored.rows),
            recorded_at=stored.recorded_at,
        )


class ReferenceTableAnswer(BaseModel):
    """A version with its rows, by the names of their columns; no version is ever changed."""

    name: str
    version: int
    rows: Sequence[Mapping[str, Value]]

    @classmethod
    def of(cls, stored: ReferenceVersion) -> Self:
        """The version as it is answered."""
        return cls(name=stored.table.name, version=stored.version, rows=[dict(each) for each in stored.rows])


def reference_tables_router(*tables: ReferenceTable) -> Router:
    """`GET /v1/reference-tables` and `GET|PUT /v1/reference-tables/{name}`; everybody with a token may read them."""
    router = Router(prefix="/v1/reference-tables", tags=["reference tables"])
    by_name = {each.name: each for each in tables}

    def table(name: str) -> ReferenceTable:
        if name not in by_name:
            raise NotFound
        return by_name[name]

    @router.get("", summary="List the reference tables")
    async def list_reference_tables(*, database: Db, page: WholePage) -> PageOf[ReferenceTableSummary]:
        async with database.reading() as connection:
            stored = [await storage.get(connection, each) for each in tables]
        found = rows_after(page, stored, lambda each: each.table.name)
        return page_of(page, found, lambda each: each.table.name, ReferenceTableSummary.of)

    @router.get("/{name}", response_model=ReferenceTableAnswer, summary="Read a reference table")
    async def read_reference_table(*, database: Db, name: str, version: OfVersion = None) -> Response:
        async with database.reading() as connection:
            return _shown(await storage.get(connection, table(name), version))

    @router.put("/{name}", response_model=ReferenceTableAnswer, summary=_PUT, description=_ABOUT_PUT)
    async def put_reference_table(
        *, caller: Administrator, database: Db, name: str, expected: IfMatch, file: CsvBody
    ) -> Response:
        content = decoded(file.content)
        act = partial(commands.put, caller=caller, table=table(name), expected=expected, content=content)
        return _shown(await database.act(caller.actor, act))

    return router


def _shown(stored: ReferenceVersion) -> Response:
    return resource(ReferenceTableAnswer.of(stored), stored.version)
