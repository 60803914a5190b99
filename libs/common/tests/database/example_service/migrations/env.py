"""Runs the migrations of the example service."""

from common.database.migrations import run_env
from example_service.schema import metadata

run_env(metadata)
