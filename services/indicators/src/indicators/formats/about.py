"""What a table of figures says of itself as a whole."""

from collections.abc import Iterator
from typing import Any

from indicators.formats.observation import Dataflow, FigureTable
from indicators.reading.answers import Stamp
from indicators.reading.selection import Selection
from indicators.schemes.groupings import DIMENSIONS


def table_of(
    selection: Selection, answer: Stamp, dataflow: Dataflow = Dataflow.RATES, known: tuple[str, ...] = (), **said: Any
) -> FigureTable:
    """The table of an answer about a selection; `known` are dimensions beyond those of the roster, `said` the rest."""
    return FigureTable(
        dataflow=dataflow,
        area=selection.scope.code,
        dimensions=said.pop("dimensions", selection.by),
        known=(*DIMENSIONS, *(name for name in known if name not in DIMENSIONS)),
        notes=[*notes_of(selection, answer)],
        **said,
    )


def notes_of(selection: Selection, answer: Stamp) -> Iterator[tuple[str, str]]:
    """What has to be known of all figures of an answer, line by line."""
    yield "范围 / Scope", f"{selection.scope.level.value} {selection.scope.code}"
    yield "届 / Cohort", str(selection.cohort)
    for name, value in selection.filters.items():
        yield f"筛选 / Filter {name}", value
    yield "截至 / As of", answer.as_of.isoformat()
    # what an answer has beside the stamp, such as its scheme, is named as in JSON
    for name, value in answer:
        if name not in {"as_of", "observations", "min_change_met"}:
            yield name, "" if value is None else str(value)
