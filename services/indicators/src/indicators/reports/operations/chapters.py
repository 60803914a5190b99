"""What a report says, chapter by chapter (教学厅函〔2013〕25号; not verified)."""

from collections.abc import Sequence
from typing import Any

from indicators.publishing.domain.publications import Opened
from indicators.publishing.wire.words import Units
from indicators.report_files.document import Chapter, Document
from indicators.reports.domain import SubjectKind, published_base
from indicators.reports.operations import contents, words
from indicators.reports.operations.published import PublishedChapters
from indicators.reports.operations.reading import Reading
from indicators.schemes.groupings import DIMENSIONS


async def composed(reading: Reading, kind: SubjectKind, snapshot: Any) -> tuple[Document, int]:
    """The report, and on how many graduates it is; `snapshot` is what is stored of the one that it is of, or None."""
    say = words.Saying(reading.language)
    (total,) = await reading.rates()
    cycles, years = await reading.portrait(), await reading.employers()
    chapters = [
        await contents.overview(reading, say, kind),
        await contents.features(reading, say),
        await contents.relations(reading, say),
        await contents.trend(reading, say),
        contents.feedback(reading, say, cycles, years),
        contents.portrait(reading, say, cycles),
        contents.sources(reading, say, snapshot),
    ]
    notice = say(words.NOT_FINAL) if snapshot is None else None
    return await _document(reading, kind, chapters, notice, []), total.base


async def composed_of_published(
    reading: Reading, kind: SubjectKind, opened: Opened, units: Units
) -> tuple[Document, int]:
    """The report of what a publication shows, and on how many graduates it is."""
    say = words.Saying(reading.language)
    chapters = PublishedChapters(reading, say, opened, units).all()
    title = opened.title if isinstance(opened.title, str) else opened.title[reading.language]
    document = await _document(reading, kind, chapters, None, [say(words.PUBLISHED_AS).format(title=title)])
    return document, published_base(reading.selection.filters, opened.asked, opened.counted)


async def _document(
    reading: Reading, kind: SubjectKind, chapters: Sequence[Chapter], notice: str | None, lines: Sequence[str]
) -> Document:
    say = words.Saying(reading.language)
    school = f"{await reading.name('school', reading.school)}"
    subject = await _subject(reading, say, kind, school)
    return Document(
        language=reading.language,
        title=say(words.TITLE).format(cohort=reading.selection.cohort, subject=subject),
        author=school,
        day=reading.as_of,
        notice=notice,
        lines=[school, say(words.AS_OF).format(day=reading.as_of), *lines],
        chapters=chapters,
    )


async def _subject(reading: Reading, say: words.Saying, kind: SubjectKind, school: str) -> str:
    filters = reading.selection.filters
    if kind is SubjectKind.SCHOOL:
        return school
    if kind is not SubjectKind.GROUP:
        return f"{await reading.name(kind.value, filters[kind.value])}"
    named = [f"{say(DIMENSIONS[name].title)} {await reading.name(name, value)}" for name, value in filters.items()]
    return say(words.BETWEEN).join(named)
