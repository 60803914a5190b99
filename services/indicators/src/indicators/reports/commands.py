"""On whom there can be reports, and keeping those that are made; who may do what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from common.auth import Principal, Role
from common.database import UnitOfWork, today
from common.errors import NotFound
from common.operations import OperationContext
from indicators.publishing.storage.published import opened
from indicators.rates.storage import counted, counting
from indicators.reading.answers import in_order
from indicators.reading.frozen import AskedSnapshot
from indicators.reading.selection import Level, Scope, Selection
from indicators.reading.snapshot import Figures
from indicators.reports import storage
from indicators.reports.domain import (
    Asked,
    FileFormat,
    ReportId,
    Subject,
    SubjectKind,
    must_be_possible,
    must_be_published,
    must_be_some,
    published_base,
)

MAKERS = frozenset({Role.SCHOOL_OFFICER, Role.COLLEGE_OFFICER})
READERS = MAKERS | {Role.AUDITOR}


async def subjects_of(figures: Figures, caller: Principal, subject: Subject, asked: Asked) -> Sequence[dict[str, str]]:
    """What keeps the graduates of each report, by dimension.

    Raises NotFound outside the caller's scope and for a snapshot or publication of another cohort, Forbidden,
    NotFrozen, PublicationGone, or ReportRefused.
    """
    own = caller.college_code if caller.role is Role.COLLEGE_OFFICER else None
    kept = subject.filtered(None if subject.is_each else subject.code, own)
    selection = Selection(Scope(Level.SCHOOL, asked.school_code), asked.cohort, (), kept)
    await figures.require_readable(caller, selection)
    caller.must_be_in(MAKERS)
    async with figures.database.reading() as connection:
        must_be_possible(subject, asked, await today(connection))
        published = None if asked.publication_id is None else await opened(connection, asked.publication_id)
    if published is not None and (published.school_code, published.cohort) != (asked.school_code, asked.cohort):
        raise NotFound
    dimension = subject.dimension
    snapshot_id = asked.snapshot_id if published is None else published.snapshot_id
    selection = await figures.frozen(selection, AskedSnapshot(snapshot_id))
    grouped = replace(selection, by=() if dimension is None else (dimension,))
    answer = await figures.ask(selection.scope, partial(counting, grouped), asked.as_of)
    groups = in_order({group for group, count in counted(grouped, answer) if count.graduates})
    found = [subject.filtered(group[0] if group else None, own) for group in groups if None not in group]
    must_be_some(found)
    if published is not None:
        found = [filters for filters in found if published_base(filters, published.asked, published.counted)]
        must_be_published(found)
    return found


@dataclass(frozen=True)
class Made:
    """A report that is made but not stored."""

    kind: SubjectKind
    filters: Mapping[str, str]
    as_of: date
    base: int
    files: Mapping[FileFormat, bytes]


async def keep(unit: UnitOfWork, *, context: OperationContext, number: int, asked: Asked, made: Made) -> ReportId:
    """Stores a report as a part of the work; raises ChunkAlreadyDone."""
    report_id = await storage.add(
        unit.connection,
        asked,
        {"kind": made.kind.value, "filters": dict(made.filters), "as_of": made.as_of, "base": made.base},
        dict(made.files),
        unit.actor,
    )
    await unit.audit(
        "report.make",
        "report",
        report_id,
        school_code=asked.school_code,
        detail={"cohort": asked.cohort, "kind": made.kind.value, "base": made.base},
    )
    await context.chunk_done(unit, number, {"id": f"{report_id}"})
    return report_id
