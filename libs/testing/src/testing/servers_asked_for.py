"""Which tests ask for a server or start programs: found at collection, in their code, their fixtures' and their tools'.

`-m "not server"` (`make unit`) then runs the others; no server is started for it, so a test that was overlooked fails.
"""

import asyncio
import functools
import inspect
import subprocess
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

from servers.child import Child
from testing import shared_servers

LEADING: frozenset[object] = frozenset(
    {
        shared_servers.postgres_url,
        shared_servers.kafka_address,
        Child,
        subprocess.Popen,
        subprocess.run,
        asyncio.create_subprocess_exec,
    }
)
"""What a test of the marker uses, through however many functions."""

UNIT = "not server"
"""The expression of `-m` that chooses the tests without a server."""

_OF_TESTS = ("/tests/", "/testing/", "/conftest.py")


def mark(items: list[pytest.Item]) -> None:
    """Gives the marker `server` to every test that asks for one or starts a program."""
    for item in items:
        if isinstance(item, pytest.Function):
            definitions = item._fixtureinfo.name2fixturedefs.values()
            functions = [item.function, *(each.func for several in definitions for each in several)]
            if any(asks(each) for each in functions):
                item.add_marker(pytest.mark.server)


@functools.cache
def asks(begin: object) -> bool:
    """Whether a function leads to a server, followed through functions and classes of test code."""
    seen: set[int] = set()
    waiting = [begin]
    while waiting:
        found = waiting.pop()
        if isinstance(found, FunctionType | type) and found in LEADING:
            return True
        if id(found) not in seen:
            seen.add(id(found))
            waiting += _used_by(found)
    return False


def _used_by(found: object) -> Iterator[object]:
    """What a piece of test code names: globals, attributes of modules, closures, methods of a class."""
    if isinstance(found, type):
        file = getattr(inspect.getmodule(found), "__file__", None) or ""
        if any(part in file for part in _OF_TESTS):
            yield from vars(found).values()
    elif isinstance(found, classmethod | staticmethod):
        yield found.__func__
    elif isinstance(found, property):
        yield found.fget
    elif isinstance(found, functools.partial):
        yield found.func
    elif isinstance(found, FunctionType):
        yield from (cell.cell_contents for cell in found.__closure__ or ())
        if any(part in found.__code__.co_filename for part in _OF_TESTS):
            yield from _named_in(found.__code__, found.__globals__)


def _named_in(code: CodeType, names: dict[str, Any]) -> Iterator[object]:
    """What code names, and every attribute it names of a module that it names: rather too much than too little."""
    waiting = [names[name] for name in code.co_names if name in names]
    seen: set[int] = set()
    while waiting:
        found = waiting.pop()
        yield found
        if isinstance(found, ModuleType) and id(found) not in seen:
            seen.add(id(found))
            waiting += [getattr(found, name) for name in code.co_names if hasattr(found, name)]
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _named_in(constant, names)
