"""One `Area` value per area of a service; app, worker and migrations are composed of them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from socket import socket
from types import MappingProxyType
from typing import Any

from fastapi import FastAPI
from sqlalchemy import MetaData, Table, TextClause

from common.auth import SYSTEM, TokenVerifier
from common.change_feed import changes_router, digests_router, schemas_router
from common.change_feed.scope import Conditions
from common.code_entries import CodeEntries
from common.consuming import Consumer, Handle, Newest
from common.consuming.discarding import Keeping
from common.consuming.forks import Drop, refuse_forks
from common.consuming.graduates import Apply
from common.consuming.progress import PartitionProgress
from common.contracts import IncomingEvent
from common.contracts.catalogue import SUBSCRIPTIONS
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.errors import PermanentError
from common.http import Router, create_app
from common.objects import Objects
from common.objects.routes import objects_router
from common.objects.store import Store, open_store
from common.operations.helping import Helper
from common.operations.process import OperationsProcess
from common.operations.routes import operations_router
from common.outbox import RaiseStreams
from common.periodic import Periodic, every
from common.relay.recovering import EraseAgain
from common.service_process.composition import Background, Command, Ended, Readiness, Service
from common.service_process.housekeeping import tidying, timetable
from common.service_process.long_work import Operation, do_operations, do_parts
from common.service_process.runtime import Runtime
from common.settings import ServiceSettings

SWEEP_SECONDS = 60.0
"""In which a file that was dropped is deleted."""


@dataclass(frozen=True)
class Subscription:
    """One consumer group, which several areas may share: one transaction per batch.

    `first` runs before the handlers in that transaction, to lock; `on_progress` hears how far the partitions are.
    `newest` names the thing of which the handlers keep only the newest event, None where they keep every one. Where it
    names one, `included` asks by topic which changes are stored (`common.consuming.included`). `drop` says by topic how
    a stored event gives way to another one that its owner has under the same sequence (`common.consuming.forks`).
    """

    group: str
    first: Callable[[UnitOfWork, Runtime, Sequence[IncomingEvent]], Awaitable[None]] | None = None
    on_progress: Callable[[Database, Sequence[PartitionProgress]], Awaitable[None]] | None = None
    newest: Newest = lambda _event: None
    included: Mapping[str, TextClause] = field(default_factory=dict, hash=False)
    drop: Mapping[str, Drop] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Area:
    """What one area brings: tables, routes, handlers by type of event, long work by kind, and work beside HTTP.

    `streams` names, for each topic that it publishes, where the sequences of a key are counted; `erasing`, for each
    that says who is erased, how a database that came back older empties these once more.

    `periodic` gives acts that are due again and again (`common.periodic.every`); one worker of many does each.
    Handlers need a `subscription`; one function may handle several types, and then gets them in one call.
    """

    tables: Sequence[Table] = ()
    routes: Sequence[Router] = ()
    handlers: Mapping[str, Apply] = field(default_factory=dict)
    subscription: Subscription | None = None
    operations: Mapping[str, Operation] = field(default_factory=dict)
    background: Callable[[Runtime], Sequence[Background]] = lambda _runtime: ()
    periodic: Callable[[Runtime], Sequence[Periodic]] = lambda _runtime: ()
    streams: Mapping[str, RaiseStreams] = field(default_factory=dict)
    erasing: Mapping[str, Callable[[Runtime], EraseAgain]] = field(default_factory=dict)


@asynccontextmanager
async def no_clients(_settings: Any) -> AsyncIterator[Mapping[str, Any]]:
    """The clients of a service that asks no other."""
    yield {}


class SettingsMissing(PermanentError):
    """The process cannot serve without these settings."""

    code = "settings_missing"

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.names = tuple(names)
        self.args = (f"not set: {', '.join(names)}",)


@dataclass(frozen=True)
class Composition:
    """A service, made of its areas.

    `feed` gives the conditions of `GET /v1/changes` on what no event carries; None leaves feed and digests out.
    `clients` opens clients of other services for the life of a process: routes find them as `app.state.<name>`,
    operations in their `Runtime`; `state` gives what else routes find there. A service with `keyring` does not start
    without one, one that has the table of stored files not without a place for them. `code_entries` is where a service
    that uses code lists has the rows that were added to them. `document` is the file that describes its routes.
    """

    name: str
    title: str
    description: str
    settings: Callable[[], ServiceSettings]
    metadata: MetaData
    areas: Sequence[Area]
    feed: Conditions | None = field(default_factory=dict)
    keyring: bool = True
    clients: Callable[[Any], AbstractAsyncContextManager[Mapping[str, Any]]] = no_clients
    state: Callable[[Runtime], Mapping[str, Any]] = lambda _runtime: {}
    commands: Sequence[Command] = ()
    code_entries: CodeEntries | None = None
    document: Path | None = None

    @property
    def service(self) -> Service:
        """For `run_service`."""
        return Service(
            self.name,
            self.settings,
            self.create_app,
            self.background,
            {each.group: SUBSCRIPTIONS[each.group] for each in self._subscriptions()},
            self.commands,
            {topic: streams for area in self.areas for topic, streams in area.streams.items()},
            self.erasing,
            self.code_entries,
            {each.group: Keeping(each.newest, each.included, each.drop) for each in self._subscriptions()},
            self.work if self._operations() else None,
            self.help_out if self._operations() else None,
            self.checks,
        )

    def create_app(self, settings: ServiceSettings, database: Database, readiness: Readiness) -> FastAPI:
        """The HTTP face; connects to nothing before it runs. Raises SettingsMissing without issuer or key ring."""
        self._require(settings, QUXIANG_ISSUER=settings.issuer)
        runtime = self._runtime(settings, database)

        @asynccontextmanager
        async def lifespan(app: FastAPI) -> AsyncIterator[None]:
            async with self.clients(settings) as clients:
                _keep(app, clients)
                yield

        routers = [router for area in self.areas for router in area.routes]
        routers += [operations_router()] if self._operations() else []
        routers += [objects_router()] if self._stores_files else []
        if self.feed is not None:
            routers += [changes_router(database, settings, owners=self.feed), digests_router(database, settings)]
        routers.append(schemas_router())
        app = create_app(
            title=self.title,
            description=self.description,
            settings=settings,
            verifier=TokenVerifier(settings),
            database=database,
            cipher=runtime.keys,
            readiness=readiness,
            lifespan=lifespan,
            routers=routers,
            document=self.document,
        )
        _keep(app, {"objects": runtime.files, **self.state(runtime)})
        return app

    def erasing(self, settings: ServiceSettings, database: Database) -> Mapping[str, EraseAgain]:
        """How those are emptied again who were erased, by topic; raises SettingsMissing."""
        makers = {topic: maker for area in self.areas for topic, maker in area.erasing.items()}
        if not makers:
            return {}
        self._require(settings)
        runtime = self._runtime(settings, database)
        return {topic: maker(runtime) for topic, maker in makers.items()}

    def checks(self, settings: ServiceSettings) -> Readiness:
        """What a process asks beside its database; raises SettingsMissing."""
        if not self._stores_files:
            return {}
        self._require(settings)
        return {"objects": self._store(settings).not_ready}

    def background(self, settings: ServiceSettings, database: Database) -> Sequence[Background]:
        """What a worker runs beside the relay; any number of workers may run. Raises SettingsMissing."""
        self._require(settings)
        runtime = self._runtime(settings, database)
        work = [self._consumer(subscription, runtime) for subscription in self._subscriptions()]
        if kinds := self._operations().keys():
            process = OperationsProcess(self.name, database, kinds)
            work.append(Background("operations", process.run, process.not_ready))
        periodic = [tidying(database)] if "operations" in self.metadata.tables else []
        periodic += [every(SWEEP_SECONDS, runtime.objects.sweep, name="stored files")] if self._stores_files else []
        periodic += [each for area in self.areas for each in area.periodic(runtime)]
        if periodic:
            work.append(timetable(database, periodic))
        return [*work, *(each for area in self.areas for each in area.background(runtime))]

    async def work(
        self, settings: ServiceSettings, database: Database, ended: Ended, helper: Helper | None = None
    ) -> None:
        """Does long work, until there was none for as long as the settings say. Raises SettingsMissing."""
        self._require(settings)
        async with self.clients(settings) as clients:
            await do_operations(self._operations(), self._runtime(settings, database, clients), ended, helper)

    async def help_out(self, settings: ServiceSettings, database: Database, sock: socket) -> None:
        """Does parts of long work for the process at the other end. Raises SettingsMissing."""
        self._require(settings)
        async with self.clients(settings) as clients:
            runtime = self._runtime(settings, database, clients)
            await do_parts(self._operations(), runtime, self.code_entries, sock)

    def handle(self, subscription: Subscription, runtime: Runtime) -> Handle:
        """What a consumer of the group does with a batch: each handler gets the events of its types, in one act.

        It raises Forked where two events have one key and sequence.
        """
        handlers: dict[Apply, set[str]] = {}
        for area in self.areas:
            if area.subscription == subscription:
                for event_type, apply in area.handlers.items():
                    handlers.setdefault(apply, set()).add(event_type)

        async def handle(events: Sequence[IncomingEvent]) -> None:
            refuse_forks(events)
            async with runtime.database.transaction(SYSTEM) as unit:
                if subscription.first is not None:
                    await subscription.first(unit, runtime, events)
                for apply, types in handlers.items():
                    if wanted := [event for event in events if event.type in types]:
                        await apply(unit, wanted)
                await unit.commit()

        return handle

    def _runtime(
        self, settings: ServiceSettings, database: Database, clients: Mapping[str, Any] = MappingProxyType({})
    ) -> Runtime:
        keys = FieldCipher.load(settings.keyring_file) if self.keyring else None
        files = Objects(database, keys, self._store(settings)) if self._stores_files and keys else None
        return Runtime(settings, database, keys, clients, files)

    @property
    def _stores_files(self) -> bool:
        return "objects" in self.metadata.tables

    def _store(self, settings: ServiceSettings) -> Store:
        return open_store(settings.objects, self.name)

    def _require(self, settings: ServiceSettings, **needed: object) -> None:
        needed |= {"QUXIANG_KEYRING_FILE": settings.keyring_file} if self.keyring else {}
        needed |= {"QUXIANG_OBJECTS": settings.objects} if self._stores_files else {}
        if missing := [name for name, value in needed.items() if not value]:
            raise SettingsMissing(missing)

    def _subscriptions(self) -> Sequence[Subscription]:
        return list(dict.fromkeys(area.subscription for area in self.areas if area.subscription is not None))

    def _operations(self) -> Mapping[str, Operation]:
        return {kind: operation for area in self.areas for kind, operation in area.operations.items()}

    def _consumer(self, subscription: Subscription, runtime: Runtime) -> Background:
        topics = SUBSCRIPTIONS[subscription.group]
        types = {each for area in self.areas if area.subscription == subscription for each in area.handlers}
        report = subscription.on_progress and partial(subscription.on_progress, runtime.database)
        handle = self.handle(subscription, runtime)
        consumer = Consumer(
            runtime.database,
            runtime.settings,
            subscription.group,
            topics,
            handle,
            types=types,
            on_progress=report,
            newest=subscription.newest,
        )
        return Background(subscription.group.rsplit(".", 1)[-1], consumer.run, consumer.not_ready)


def _keep(app: FastAPI, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(app.state, name, value)
