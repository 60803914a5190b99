"""The fixtures that all services share, once for each service: one process may test several of them."""

from testing.services import *  # noqa: F403
