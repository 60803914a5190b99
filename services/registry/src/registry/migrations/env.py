from common.database.migrations import run_env
from registry.app import COMPOSITION

run_env(COMPOSITION.metadata)
