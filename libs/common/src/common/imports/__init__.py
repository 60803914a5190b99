"""One pipeline for all imports of spreadsheets: a service says what it reads, plans and writes (`Importer`).

The handler of an operation is `partial(run_import, kind)` with an `ImportKind`.
"""

from common.imports.batches import batches
from common.imports.cells import CellReader, Reading, coded, plain, text_of
from common.imports.columns import LABEL, Columns, HeaderMapping
from common.imports.faults import Fault
from common.imports.form import ImportForm, ImportRequest, SchoolFileForm, SchoolImportForm
from common.imports.importer import Importer, ImportKind, Overtaken, Written, empty_result
from common.imports.lines import LineFingerprints
from common.imports.owners import OWNER_HEADERS, PERSON_HEADERS, SCHOOL_HEADERS, foreign_cells, foreign_school
from common.imports.pipeline import run_import
from common.imports.repeats import REPEATED, SeenKeys
from common.imports.table import Table
from common.imports.task import SchoolTask, Task
from common.imports.unclear import read_rows

__all__ = [
    "LABEL",
    "OWNER_HEADERS",
    "PERSON_HEADERS",
    "REPEATED",
    "SCHOOL_HEADERS",
    "CellReader",
    "Columns",
    "Fault",
    "HeaderMapping",
    "ImportForm",
    "ImportKind",
    "ImportRequest",
    "Importer",
    "LineFingerprints",
    "Overtaken",
    "Reading",
    "SchoolFileForm",
    "SchoolImportForm",
    "SchoolTask",
    "SeenKeys",
    "Table",
    "Task",
    "Written",
    "batches",
    "coded",
    "empty_result",
    "foreign_cells",
    "foreign_school",
    "plain",
    "read_rows",
    "run_import",
    "text_of",
]
