"""Routes of data copies."""

from common.data_copies import data_router
from indicators.data_copies.storage import collect

router = data_router(collect)
