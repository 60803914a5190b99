"""Routes of data copies."""

from common.data_copies import data_router
from registry.data_copies.commands import note_reading
from registry.data_copies.storage.collecting import collect

data_routes = data_router(collect, note_reading)
