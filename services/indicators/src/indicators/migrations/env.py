from common.database.migrations import run_env
from indicators.organisation import tables as _units  # noqa: F401 - attaches its tables
from indicators.progress import tables as _progress  # noqa: F401
from indicators.rates import tables as _rates  # noqa: F401
from indicators.responses import tables as _responses  # noqa: F401
from indicators.schema import metadata
from indicators.timeline import tables as _timeline  # noqa: F401

run_env(metadata)
