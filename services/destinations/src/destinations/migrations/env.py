from common.database.migrations import run_env
from destinations.registrations import tables as _registrations  # noqa: F401 - attaches its tables
from destinations.roster import tables as _roster  # noqa: F401
from destinations.schema import metadata

run_env(metadata)
