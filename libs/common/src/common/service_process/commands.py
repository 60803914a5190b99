"""The commands of a service: `api`, `worker`, `all`, `migrate`, `topics`, `replay` and others, and its own."""

import asyncio
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Coroutine, Sequence
from datetime import timedelta
from functools import partial
from socket import socket
from typing import Any, NoReturn, TypeVar

import uvicorn
from pydantic import ValidationError

from common import clock
from common.bounded import OutOfTimeError, wait_at_most
from common.code_entries import Follower
from common.consuming import replay_dead_letters
from common.consuming.discarding import ACTION
from common.contracts import OutgoingEvent
from common.contracts.catalogue import SUBSCRIPTIONS
from common.contracts.envelope import StoredEvent
from common.database import Database
from common.database.failures import LOST
from common.database.revisions import DatabaseBehindError, require_current
from common.errors import QuxiangError, TransientError
from common.http.probes import probes_app
from common.kafka import BrokerUnavailableError, ensure_topics
from common.observability import configure_logging, logger
from common.operations.helping import Helper, forked
from common.operations.process import COMMAND, Lifeline
from common.relay.recovering import Recovered, recover_published
from common.relay.relay import Relay
from common.relay.replay import replay
from common.service_process.composition import Background, Service
from common.service_process.discarding import add_arguments, run_discard
from common.service_process.readiness import readiness_of
from common.service_process.running import http_server, run_together, tune_garbage_collector
from common.settings import ServiceSettings

Done = TypeVar("Done")

_START_ATTEMPTS = 30

_log = logger(__name__)


def run_service(service: Service, arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs the command that the command line names and exits with its code."""
    parsed = _parser(service).parse_args(arguments)
    try:
        settings = service.settings()
    except ValidationError as error:
        sys.exit(f"{service.name}: settings are missing or wrong\n{error}")
    clock.run_ahead(settings.clock or timedelta(0))
    configure_logging(settings.service, settings.log_level)
    helper = None
    if parsed.command == COMMAND and service.helping is not None and settings.operations_processes > 1:
        helper = forked(partial(_help_out, service, settings))
    code = _in_event_loop(_run(service, settings, parsed, helper))
    sys.exit(code)


def _help_out(service: Service, settings: ServiceSettings, sock: socket) -> None:
    """What the process does that long work forks."""

    async def help_out() -> None:
        assert service.helping is not None
        database = Database.connect(settings)
        tune_garbage_collector()
        try:
            await service.helping(settings, database.patient, sock)
        finally:
            await database.dispose()

    _in_event_loop(help_out())


def _in_event_loop(main: Coroutine[Any, Any, Done]) -> Done:
    with asyncio.Runner(loop_factory=uvicorn.Config("", log_config=None).get_loop_factory()) as runner:
        return runner.run(main)


def _parser(service: Service) -> ArgumentParser:
    parser = ArgumentParser(prog=f"python -m {service.name}")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("api", help="serve HTTP only, with probes and metrics on the probe port")
    commands.add_parser("worker", help="run relay, consumers and long work, with probes and metrics on the probe port")
    commands.add_parser("all", help="api and worker in one process")
    if service.operations is not None:
        commands.add_parser(COMMAND, help="do long work until there is none; only a worker starts this")
    commands.add_parser("migrate", help="bring the database to the newest revision, as its owner")
    commands.add_parser("topics", help="create what is missing of all topics and dead letters, of every service")
    again = commands.add_parser("replay", help="send events of the outbox again, with their original ids and sequences")
    again.add_argument("--from-position", type=int, default=1)
    again.add_argument("--topic")
    again.add_argument("--school")
    letters = commands.add_parser("replay-dead-letters", help="send dead letters to their original topics again")
    letters.add_argument("--group", choices=sorted(service.subscriptions))
    commands.add_parser(
        "recover-published", help="after a restore: put back what was published, and announce what stands"
    )
    if service.subscriptions:
        add_arguments(commands.add_parser(ACTION, help="close a dead letter that the owner has no version for"))
    for command in service.commands:
        command.arguments(commands.add_parser(command.name, help=command.help))
    return parser


async def _run(service: Service, settings: ServiceSettings, parsed: Namespace, helper: socket | None) -> int:
    _log.info("Starting", command=parsed.command, **settings.shown())
    database = Database.connect(settings)
    try:
        return await _dispatch(service, settings, database, parsed, helper)
    except DatabaseBehindError:
        _log.error("The database is behind this code: run migrate first")
        return 1
    except (QuxiangError, BrokerUnavailableError, *LOST):
        _log.exception("Command failed")
        return 1
    finally:
        try:
            await wait_at_most(database.dispose(), 1.0, "closing of the pool")
        except (OutOfTimeError, *LOST) as error:
            _log.warning("Pool not closed cleanly", error=type(error).__name__)


async def _dispatch(
    service: Service, settings: ServiceSettings, database: Database, parsed: Namespace, helper: socket | None
) -> int:
    match parsed.command:
        case "api" | "worker" | "all":
            return await _serve(service, settings, database, parsed.command)
        case "operations":
            return await _work(service, settings, database, helper)
        case "migrate":
            # not above: only this command needs what it brings into memory
            from common.database.migrations import migrate

            await migrate(settings, service.name)
        case "topics":
            await ensure_topics(settings, groups=SUBSCRIPTIONS)
            _log.info("All topics are there")
        case "replay":
            count = await replay(
                database, settings, from_position=parsed.from_position, topic=parsed.topic, school=parsed.school
            )
            _log.info("Replay is complete", events=count)
        case "replay-dead-letters":
            for group in [parsed.group] if parsed.group else sorted(service.subscriptions):
                count = await replay_dead_letters(database, settings, group, service.subscriptions[group])
                _log.info("Dead letters returned", group=group, messages=count)
        case "recover-published":
            await require_current(database, service.name)
            erasing = service.erasing(settings, database.patient)
            return report(await recover_published(database.patient, settings, service.streams, erasing))
        case "discard-dead-letter":
            await require_current(database, service.name)
            return await run_discard(service, settings, database.patient, parsed)
        case _:
            return await _run_own(service, settings, database, parsed)
    return 0


async def _run_own(service: Service, settings: ServiceSettings, database: Database, parsed: Namespace) -> int:
    command = next(each for each in service.commands if each.name == parsed.command)
    if not command.between_migrations:
        await require_current(database, service.name)
    return await command.run(settings, database.patient, parsed)


def report(recovered: Recovered | None) -> int:
    """Lists what was done, a line for each event; 1 where an event could not be put back."""
    if recovered is None:
        _log.info("The outbox is open: it was compared in this run of the database server")
        return 0
    for event in recovered.put_back:
        _log.info("Put back", event_id=str(event.event_id), **_named(event), position=event.position)
    for event in recovered.forked:
        _log.error("Not put back: another event has its sequence", event_id=str(event.event_id), **_named(event))
    for announced in recovered.announced:
        _log.info("Announced", **_named(announced))
    _log.info(
        "Recovery is complete, the outbox is open",
        put_back=len(recovered.put_back),
        forked=len(recovered.forked),
        announced=len(recovered.announced),
    )
    return 1 if recovered.forked else 0


def _named(event: StoredEvent | OutgoingEvent) -> dict[str, object]:
    return {"topic": event.topic, "key": event.key, "sequence": event.sequence, "type": event.type}


async def _work(service: Service, settings: ServiceSettings, database: Database, sock: socket | None) -> int:
    """Long work, for the worker that has started this process."""
    work, lifeline = service.operations, await Lifeline.take()
    helper = None if sock is None else await Helper.over(sock)
    assert work is not None

    async def run() -> None:
        await _until_current(database, service)
        tune_garbage_collector()
        await work(settings, database.patient, lifeline.ended, helper)

    return await run_together(
        [],
        [
            Background("operations", run, may_end=True),
            Background("lifeline", lifeline.until_cut, may_end=True),
            *_following(service, database),
        ],
    )


async def _serve(service: Service, settings: ServiceSettings, database: Database, command: str) -> int:
    await _until_current(database, service)
    background = _following(service, database)
    if command != "api":
        relay = Relay(database, settings)
        background.append(Background("relay", relay.run, relay.not_ready))
        background += service.background(settings, database.patient)
    readiness = {**readiness_of(database, service.name, background), **service.checks(settings)}
    servers = [http_server(probes_app(readiness), settings.host, settings.probe_port)]
    if command != "worker":
        servers.append(http_server(service.create_app(settings, database, readiness), settings.host, settings.port))
    tune_garbage_collector()
    return await run_together(servers, background)


def _following(service: Service, database: Database) -> list[Background]:
    if service.code_entries is None:
        return []
    follower = Follower(database, service.code_entries)
    return [Background("code-lists", follower.run, follower.not_ready)]


async def _until_current(database: Database, service: Service) -> None:
    """A database that starts at the same time may take a while; one that is behind is refused at once."""
    for left in reversed(range(_START_ATTEMPTS)):
        try:
            await require_current(database, service.name)
            if service.code_entries is not None:
                # no request and no import meets the lists without the rows that were added
                await service.code_entries.refresh(database)
        except TransientError:
            if not left:
                raise
            _log.info("Waiting for the database")
            await asyncio.sleep(1)
        else:
            return
