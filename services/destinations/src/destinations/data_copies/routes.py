"""Routes of data copies."""

from common.data_copies import data_router, noted_by
from destinations.data_copies.storage import collect

router = data_router(collect, noted_by("roster_entry"))
