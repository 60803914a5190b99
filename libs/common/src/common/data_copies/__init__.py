"""All that a service holds about one graduate, in one shape for all services: the data copy is made of it."""

from common.data_copies.holding import Collect, Holding, NothingHeld, Records, held_about
from common.data_copies.noting import noted_by
from common.data_copies.routes import DataAnswer, data_router

__all__ = ["Collect", "DataAnswer", "Holding", "NothingHeld", "Records", "data_router", "held_about", "noted_by"]
