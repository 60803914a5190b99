"""The process that makes PDF files of reports, asked about one after the other."""

from common.limited.asking import AskedProcess

MODULE = "indicators.report_files"

SECONDS = 120.0
"""For one report, on the clock; one takes a quarter of a second."""


def report_process() -> AskedProcess:
    """Not started before it is asked: it is sent a `Document` as JSON, and answers the PDF file."""
    return AskedProcess(MODULE, seconds=SECONDS)
