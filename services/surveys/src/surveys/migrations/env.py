"""Runs the migrations of this service."""

from common.database.migrations import run_env
from surveys.app import COMPOSITION

run_env(COMPOSITION.metadata)
