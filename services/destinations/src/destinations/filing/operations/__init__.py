"""Preparing files as long work: `judging` decides in one moment who is in, `writing` asks registry and writes."""

from destinations.filing.operations.comparing import compared_files
from destinations.filing.operations.preparing import EMPTY_RESULT, prepare
from destinations.filing.operations.retention import end_past

__all__ = ["EMPTY_RESULT", "compared_files", "end_past", "prepare"]
