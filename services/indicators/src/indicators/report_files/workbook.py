"""A report as a workbook: a sheet for each chapter, with numbers as numbers. CPU work, so run it in a thread."""

from common.spreadsheets.writing import WorkbookWriter
from indicators.report_files.document import Document


def workbook_of(document: Document) -> bytes:
    """The same document gives the same bytes."""
    writer = WorkbookWriter(*(each.title for each in document.chapters))
    for number, chapter in enumerate(document.chapters):
        if number:
            writer.next_sheet()
        writer.add([[chapter.title]] if number else [[document.title], *([line] for line in document.lines)])
        writer.add([[document.notice]] if document.notice else [])
        writer.add([paragraph] for paragraph in chapter.paragraphs)
        for table in chapter.tables:
            writer.add([[], [table.title], [*table.columns], *table.rows])
    writer.end()
    return writer.taken()
