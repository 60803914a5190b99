"""Which rows a key of the ring is needed for."""

from functools import partial

from common.resealing import rows_under
from destinations.schema import metadata

needs_of = partial(rows_under, metadata)
"""How many rows of which tables hold something that a key has encrypted, by the tables' names."""
