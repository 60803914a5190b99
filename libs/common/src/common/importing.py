"""Importing a whole program at its start."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


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
def undecorated() -> Iterator[None]:
    """Does without rich, which httpx and structlog load where it is installed, to draw in terminals.

    No service draws. It comes with tools of development and not with the image, and takes 4 MB of each process.
    """
    absent = sys.modules.setdefault("rich", None) is None  # type: ignore[arg-type]
    try:
        yield
    finally:
        if absent:
            del sys.modules["rich"]
