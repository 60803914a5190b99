"""Importing a whole program at its start."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_NEEDLESS = ("rich", "pygments", "watchfiles", "greenlet", "email_validator")
"""What others load where it is installed, and no service uses.

They draw in terminals (httpx, structlog), look for changed files (uvicorn), tell greenlets apart (structlog), and judge
addresses of e-mail in descriptions (FastAPI).
"""


@contextmanager
def sparing() -> Iterator[None]:
    """Imports a service in little time and memory."""
    with undisturbed(), unadorned(), unbuilt():
        yield


@contextmanager
def undisturbed() -> Iterator[None]:
    """Looks for no garbage while modules are imported, and not among them later: they stay until the end.

    To look costs a fifth of the time in which a service starts.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def unadorned() -> Iterator[None]:
    """Does without packages that are loaded only because they are there, 7 MB of each process."""
    absent = [name for name in _NEEDLESS if sys.modules.setdefault(name, None) is None]  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


@contextmanager
def unbuilt() -> Iterator[None]:
    """Leaves it to the first use of a model to build what judges and writes it: most processes use few of all models.

    A model that cannot be built then fails as late; tests import all without this.
    """
    # imported here, because to look for no garbage comes first
    from pydantic import BaseModel

    BaseModel.model_config["defer_build"] = True
    try:
        yield
    finally:
        del BaseModel.model_config["defer_build"]
