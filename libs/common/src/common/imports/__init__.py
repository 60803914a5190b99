"""One pipeline for all imports of spreadsheets: a service says what it reads, plans and writes (`Importer`).

The handler of an operation is `partial(run_import, kind)` with an `ImportKind`.
"""

from common.imports.columns import LABEL, Columns
from common.imports.faults import Fault
from common.imports.form import ImportCaller, ImportForm
from common.imports.importer import Importer, ImportKind, Written, empty_result
from common.imports.owners import OWNER_HEADERS, foreign_cells
from common.imports.pipeline import run_import
from common.imports.repeats import REPEATED, SeenKeys
from common.imports.table import Table
from common.imports.task import Task

__all__ = [
    "LABEL",
    "OWNER_HEADERS",
    "REPEATED",
    "Columns",
    "Fault",
    "ImportCaller",
    "ImportForm",
    "ImportKind",
    "Importer",
    "SeenKeys",
    "Table",
    "Task",
    "Written",
    "empty_result",
    "foreign_cells",
    "run_import",
]
