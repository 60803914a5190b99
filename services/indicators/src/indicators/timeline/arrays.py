"""Rows as arrays: how many rows become one parameter per column."""

from collections.abc import Iterable, Sequence
from typing import Any


def columns_of(rows: Sequence[tuple[Any, ...]], width: int) -> Iterable[Sequence[Any]]:
    """The rows' columns; empty ones for no rows."""
    return zip(*rows, strict=True) if rows else [()] * width
