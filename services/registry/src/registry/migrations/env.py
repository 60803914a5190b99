from common.database.migrations import run_env
from registry.graduates import tables as _graduates  # noqa: F401 - attaches its tables
from registry.organisation import tables as _organisation  # noqa: F401
from registry.schema import metadata

run_env(metadata)
