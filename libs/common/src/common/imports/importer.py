"""What a service says about one kind of import; the pipeline does the rest."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from common.contracts import ChangeToken
from common.database import UnitOfWork
from common.errors import TransientError
from common.imports.columns import Columns
from common.imports.faults import Fault
from common.imports.table import Table
from common.operations import OperationContext
from common.spreadsheets import NumberedRow
from common.spreadsheets.headers import Header
from common.sql import Connection

CHUNK_ROWS = 5_000
"""Measured: larger chunks hold locks longer and are no faster."""


class ImportRow(Protocol):
    """One data row on its way: the number that the spreadsheet program shows, and what is wrong with it so far."""

    @property
    def number(self) -> int:
        """As the header counts, too."""

    @property
    def faults(self) -> list[Fault]:
        """What keeps it out, in the order in which it was found."""

    @property
    def warnings(self) -> list[Fault]:
        """What should be looked at and keeps nothing out."""


RowT = TypeVar("RowT", bound=ImportRow)
LoadedT = TypeVar("LoadedT")
PlanT = TypeVar("PlanT")


@dataclass(frozen=True)
class Written:
    """What the rows of a plan came to: counts and lists of what was made, by name; the token of the last event."""

    counts: Mapping[str, Any] = field(default_factory=dict)
    change_token: ChangeToken | None = None


class Overtaken(TransientError):
    """Another transaction has changed what the rows of a part rest on: the part is read, planned and written anew."""

    code = "overtaken"


class Importer(ABC, Generic[RowT, LoadedT, PlanT]):
    """One run over one file. Chunks come in the order of the file, each of them once.

    `fetch` comes before any transaction that needs it, `lock` first in each, then for each chunk `load` and `plan`, and
    `write` unless the file is refused. `read` and `plan` run in threads and touch nothing outside. In one transaction
    over a file, a chunk is loaded before the one before it is written, planned while that is, and read even earlier.
    From `load` on a chunk may be Overtaken; then all of its steps come again.
    """

    fetches = False
    """True if rows need something from outside the database: then all of a file are fetched before `reject`."""

    watched: Any = None
    """What the kind's `watching` has seen of the whole file, where it has one."""

    outset: Any = None
    """What `begin_parts` has found; the other process of the same work has it, too."""

    @property
    def has_free_parts(self) -> bool:
        """True if a chunk rests on no other one: then two processes may share them, and those of an earlier attempt
        are left out."""
        return False

    async def begin_parts(self, unit: UnitOfWork) -> Any:
        """What free parts must know of the moment before the first; what it stores is committed."""

    dry_run_only_reads = False
    """True if a dry run takes no lock and writes nothing: then all of its chunks see one moment."""

    async def fetch(self, rows: Sequence[NumberedRow]) -> None:
        """Asks elsewhere what is needed about rows. A PermanentError whose code is a rule ends the import."""

    async def lock(self, unit: UnitOfWork) -> None:
        """Locks what the rows fetched since the last call need, the import of the school first."""

    async def lock_whole(self, unit: UnitOfWork, table: Table) -> None:
        """Locks all that the chunks of one transaction over the file will lock, in one order. Follows `lock`."""

    def needs_preparation(self, table: Table) -> bool:  # noqa: ARG002 - most need none
        """True if `prepare` must come before the first chunk. Runs in a thread."""
        return False

    async def prepare(self, unit: UnitOfWork, table: Table) -> Mapping[str, int]:  # noqa: ARG002 - most need none
        """Stores what rows of any chunk rest on; further counts by name."""
        return {}

    @abstractmethod
    def read(self, rows: Sequence[NumberedRow]) -> list[RowT]:
        """What some rows say, each checked by itself."""

    @abstractmethod
    async def load(self, connection: Connection, rows: Sequence[RowT]) -> LoadedT:
        """Reads what is stored about the rows of a chunk, in few statements."""

    @abstractmethod
    def plan(self, rows: Sequence[RowT], loaded: LoadedT) -> PlanT:
        """Decides what becomes of the rows; adds to the faults of those that may not be stored, and leaves them out."""

    def standing(self, row: RowT) -> Sequence[str]:  # noqa: ARG002 - most show no persons
        """The columns of a faulty row that say of a person what is stored: its report shows them masked."""
        return ()

    @abstractmethod
    async def write(self, unit: UnitOfWork, plan: PlanT) -> Written:
        """Stores the plan with history and events; in a dry run, counting is enough."""


@dataclass(frozen=True)
class ImportKind:
    """One kind of import: its columns, the result of one that did nothing, and how a run over a file begins.

    `watching` gives what looks at the rows while the file is read.
    """

    kind: str
    columns: Columns
    begin: Callable[[OperationContext, Header], Importer[Any, Any, Any]]
    empty_result: Mapping[str, Any]
    chunk_rows: int = CHUNK_ROWS
    watching: Callable[[OperationContext, Header], Any] | None = None

    def empty_result_of(self, table: Table) -> Mapping[str, Any]:
        """The result of an import of this file that did nothing: how it is read, where the result says so."""
        read = {"ignored_columns": table.unused, "mapping": table.header.mapping}
        return {name: read.get(name, value) for name, value in self.empty_result.items()}


def empty_result(*further_counts: str) -> dict[str, Any]:
    """The counts of every import, which add up to the data rows, further ones, no token, and nothing to look at.

    `warnings` counts rows by rule, `ignored_columns` names those of the file that fill no field.
    """
    counts = ("created", "updated", "unchanged", "rejected", *further_counts)
    return dict.fromkeys(counts, 0) | {"change_token": None, "warnings": {}, "ignored_columns": []}
