"""Paths of entries: those with an account, and the page at `/w`."""

from surveys.entries.routes.accounts import router as accounts
from surveys.entries.routes.visitors import router as visitors

ROUTERS = (accounts, visitors)

__all__ = ["ROUTERS"]
