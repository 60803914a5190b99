"""Runs the migrations of the example service."""

from example_service.schema import metadata

from common.database.migrations import run_env

run_env(metadata)
