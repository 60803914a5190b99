from common.database.migrations import run_env
from destinations.app import COMPOSITION

run_env(COMPOSITION.metadata)
