"""Published tables in the formats of figures."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from common.clock import day_in_shanghai
from common.errors import Message
from indicators.formats.observation import MEASURE, Confidentiality, Dataflow, FigureTable, Observed, Status, status_of
from indicators.publishing.domain.tables import TableKind
from indicators.publishing.wire.bodies import PublishedBody, PublishedTable
from indicators.schemes.groupings import DIMENSIONS
from indicators.schemes.schemes import SCHEMES
from indicators.structures.domain.spreads import SPREADS
from indicators.tracking.wire.answers import IndicatorBody, title_of
from indicators.tracking.wire.files import Place, observed_of

_DATAFLOWS = {
    TableKind.RATES: Dataflow.RATES,
    TableKind.STRUCTURE: Dataflow.STRUCTURES,
    TableKind.TRACKING: Dataflow.TRACKING,
}
SHARE = "share"
"""The measure of a structure."""

_SHARE = Message("占比", "Share")
_TITLE = Message("公开发布的就业指标", "Published figures of employment")


def table_of(published: PublishedBody, number: int, language: str) -> FigureTable:
    """One table as observations; `number` counts from 0. The words of its codes are in the language."""
    table = published.tables[number]
    of_structure = table.kind is TableKind.STRUCTURE
    # what stands together by major does so in each college
    further = [name for each in table.observations for name in each["within"]]
    further += [table.dimension] if of_structure and table.dimension else []
    scheme = SCHEMES[published.scheme]
    known = dict.fromkeys([*DIMENSIONS, *SPREADS]) if of_structure else DIMENSIONS
    return FigureTable(
        name=f"published-{published.id}-{number}",
        title=_TITLE,
        dataflow=_DATAFLOWS[table.kind],
        area=published.school_code,
        dimensions=[*dict.fromkeys([*table.by, *further])],
        known=[*known],
        observations=[*_observed(published, table)],
        titles={measure.name: measure.title for measure in scheme.measures}
        | ({table.indicator: title_of(table.indicator)} if table.indicator else {}),
        labels={**table.labels, MEASURE: measure_labels(published, table, language)},
        notes=[
            ("院校 / School", published.school_code),
            ("届 / Cohort", f"{published.cohort}"),
            ("截至 / As of", published.as_of.isoformat()),
            ("口径 / Scheme", published.scheme),
            ("快照哈希 / Snapshot hash", published.snapshot_hash),
        ],
    )


def measure_labels(published: PublishedBody, table: PublishedTable, language: str) -> dict[str, str]:
    """The names of the measures of a table; those of a distribution say the code, too."""
    if table.kind is TableKind.STRUCTURE:
        return {SHARE: _SHARE.in_language(language)}
    if table.indicator is None:
        return {each.name: each.title.in_language(language) for each in SCHEMES[published.scheme].measures}
    name = title_of(table.indicator).in_language(language)
    codes = table.labels.get(table.indicator, {})
    return {table.indicator: name, **{f"{table.indicator}.{code}": f"{name}: {word}" for code, word in codes.items()}}


def _observed(published: PublishedBody, table: PublishedTable) -> Iterator[Observed]:
    for each in table.observations:
        if table.kind is TableKind.STRUCTURE:
            base = each["base"]
            for cell in each["cells"] or ():
                group = {**each["within"], **each["group"], table.dimension or "": cell["code"]}
                yield _figure(published, group, SHARE, cell["count"], base, cell["share"])
        elif table.edition is not None:
            place = Place(each["group"], published.cohort, day_in_shanghai(table.edition.taken_at))
            for name, said in each["indicators"].items():
                for observed in observed_of(name, IndicatorBody.model_validate(said), place):
                    yield replace(observed, confidentiality=Confidentiality.FREE)
        else:
            for name, figure in each["measures"].items():
                yield _figure(
                    published,
                    {**each["within"], **each["group"]},
                    name,
                    figure["numerator"],
                    figure["denominator"],
                    figure["rate"],
                    hidden=figure["protected"],
                )


def _figure(
    published: PublishedBody,
    group: Mapping[str, str | None],
    measure: str,
    numerator: int | None,
    denominator: int | None,
    value: str | None,
    *,
    hidden: bool = False,
) -> Observed:
    said: dict[str, Any] = {"numerator": numerator, "denominator": denominator, "value": value}
    status: Status = status_of(value, live=False, hidden=hidden)
    return Observed(
        group=group,
        measure=measure,
        cohort=published.cohort,
        as_of=published.as_of,
        definition=published.definition_hash,
        status=status,
        confidentiality=Confidentiality.PROTECTED if hidden else Confidentiality.FREE,
        **said,
    )
