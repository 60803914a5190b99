"""Reports are made as an operation: read at one moment, put into chapters, written by a process of its own."""

from indicators.reports.operations.making import NO_REPORTS, making

__all__ = ["NO_REPORTS", "making"]
