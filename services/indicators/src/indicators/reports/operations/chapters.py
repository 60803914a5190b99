"""What a report says, chapter by chapter (教学厅函〔2013〕25号; not verified)."""

from typing import Any

from indicators.report_files.document import Document
from indicators.reports.domain import SubjectKind
from indicators.reports.operations import contents, words
from indicators.reports.operations.reading import Reading
from indicators.schemes.groupings import DIMENSIONS


async def composed(reading: Reading, kind: SubjectKind, snapshot: Any) -> tuple[Document, int]:
    """The report, and on how many graduates it is; `snapshot` is what is stored of the one that it is of, or None."""
    say = words.Saying(reading.language)
    (total,) = await reading.rates()
    cycles = await reading.portrait()
    school = await reading.name("school", reading.school)
    subject = await _subject(reading, say, kind, f"{school}")
    chapters = [
        await contents.overview(reading, say, kind),
        await contents.features(reading, say),
        await contents.relations(reading, say),
        await contents.trend(reading, say),
        contents.feedback(say, cycles),
        contents.portrait(say, cycles),
        contents.sources(reading, say, snapshot),
    ]
    document = Document(
        language=reading.language,
        title=say(words.TITLE).format(cohort=reading.selection.cohort, subject=subject),
        author=f"{school}",
        day=reading.as_of,
        notice=say(words.NOT_FINAL) if snapshot is None else None,
        lines=[f"{school}", say(words.AS_OF).format(day=reading.as_of)],
        chapters=chapters,
    )
    return document, total.base


async def _subject(reading: Reading, say: words.Saying, kind: SubjectKind, school: str) -> str:
    filters = reading.selection.filters
    if kind is SubjectKind.SCHOOL:
        return school
    if kind is not SubjectKind.GROUP:
        return f"{await reading.name(kind.value, filters[kind.value])}"
    named = [f"{say(DIMENSIONS[name].title)} {await reading.name(name, value)}" for name, value in filters.items()]
    return say(words.BETWEEN).join(named)
