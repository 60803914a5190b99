from common.database.migrations import run_env
from example.app import COMPOSITION

run_env(COMPOSITION.metadata)
