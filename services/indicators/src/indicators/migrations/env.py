from common.database.migrations import run_env
from indicators.app import COMPOSITION

run_env(COMPOSITION.metadata)
