"""What a service is made of, as values that its `__main__` fills in."""

from argparse import ArgumentParser, Namespace
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from socket import socket
from typing import Any

from starlette.types import ASGIApp

from common.code_entries import CodeEntries
from common.consuming.discarding import Keeping
from common.database import Database
from common.operations.helping import Helper
from common.outbox import RaiseStreams
from common.relay.recovering import EraseAgain
from common.settings import ServiceSettings

NotReady = Callable[[], Awaitable[str | None]]
"""Gives the reason why a part does not work at the moment, in words for operators; None when it does."""

Readiness = Mapping[str, NotReady]

Ended = Callable[[str, str], None]
"""Hears kind and state of each piece of long work that has ended."""


@dataclass(frozen=True)
class Background:
    """Work beside HTTP: `run` goes on until it is cancelled; when it ends by itself, the process ends too.

    With `may_end` that is a good end.
    """

    name: str
    run: Callable[[], Coroutine[Any, Any, None]]
    not_ready: NotReady | None = None
    may_end: bool = False


@dataclass(frozen=True)
class Command:
    """A maintenance command of one service. `run` returns the exit code.

    One that belongs between two migrations runs on a database that is behind this code, too.
    """

    name: str
    help: str
    run: Callable[[Any, Database, Namespace], Awaitable[int]]
    arguments: Callable[[ArgumentParser], None] = lambda _parser: None
    between_migrations: bool = False


@dataclass(frozen=True)
class Service:
    """One deployable.

    `settings` reads the environment. `create_app` makes the API; what it is given as readiness belongs to `/readyz`.
    `background` makes what the worker runs beside the relay, which every service has. `subscriptions` (consumer group
    → topics) tells `replay-dead-letters` where to look, `keeping` (by consumer group) `discard-dead-letter` what the
    service keeps, `streams` (topic → function) `recover-published` where the service counts the sequences of its
    events, `erasing` (by topic) how it empties again who was erased. `code_entries` is where it has the rows that were
    added to code lists, which each of its processes follows. `operations` does its long work until there is none, in a
    process of its own. `helping` is what a second such process does that shares parts of the work.
    `checks` gives what `/readyz` asks beside the database and the background work.
    """

    name: str
    settings: Callable[[], ServiceSettings]
    create_app: Callable[[Any, Database, Readiness], ASGIApp]
    background: Callable[[Any, Database], Sequence[Background]] = lambda _settings, _database: ()
    subscriptions: Mapping[str, Sequence[str]] = field(default_factory=dict)
    commands: Sequence[Command] = ()
    streams: Mapping[str, RaiseStreams] = field(default_factory=dict)
    erasing: Callable[[Any, Database], Mapping[str, EraseAgain]] = lambda _settings, _database: {}
    code_entries: CodeEntries | None = None
    keeping: Mapping[str, Keeping] = field(default_factory=dict)
    operations: Callable[[Any, Database, Ended, Helper | None], Coroutine[Any, Any, None]] | None = None
    helping: Callable[[Any, Database, socket], Coroutine[Any, Any, None]] | None = None
    checks: Callable[[Any], Readiness] = lambda _settings: {}
