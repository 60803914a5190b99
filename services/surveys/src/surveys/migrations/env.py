"""Runs the migrations of this service."""

from common.database.migrations import run_env
from surveys import tables

run_env(tables.metadata)
