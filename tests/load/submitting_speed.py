"""Submissions at 256 connections: in groups against the same statements with one transaction a request, in turns.

And the page of an answer as HTML against the same as JSON. Each side is a process of its own.
"""

import sys
from collections.abc import Mapping, Sequence
from functools import partial
from statistics import median
from typing import Any

import uvicorn

from common.crypto import FieldCipher, hashed_secret
from common.database import Database
from common.observability import configure_logging
from surveys.answer_page.wire.sessions import COOKIE, cookie_of
from surveys.answers.commands import Answer, Submissions
from surveys.answers.commands.following import acted
from surveys.app import COMPOSITION
from surveys.settings import Settings
from tests.load.freshness import running
from tests.load.generator import Load, Sent, say_what_loads, written
from tests.load.links import WHOLE, header_of, make_links, token_of
from tests.load.reporting import Verdict
from tests.load.request_cases import Case, Stage, client_of, staged
from tests.load.request_cost import Side, answering, free_port

RATIO, AT_LEAST, LATE, HTML = 1.5, 400.0, 1.0, 2.0
LINKS, CONNECTIONS = 60_000, 256
ROUNDS, SECONDS = 4, 5
READ, READ_SECONDS = 200, 2


class OneByOne(Submissions):
    """The same statements of the same commands, with a transaction for each request."""

    async def submit(self, *, holder: Any, once: Any = None, **given: Any) -> Answer:
        """As an act of its own."""
        return await acted(self._database, holder, partial(self._act, invitation=holder, **given), once)


def serve(settings: Mapping[str, str], port: int, kind: type[Submissions]) -> None:
    """The service, as a process, with submissions of this kind."""
    configure_logging("surveys", "WARNING")
    known = settings_of(settings)
    database = Database.connect(known)
    app = COMPOSITION.create_app(known, database, {})
    app.state.submissions = kind(database, FieldCipher.load(known.keyring_file))
    uvicorn.run(app, host="127.0.0.1", port=port, log_config=None, access_log=False)


async def measure() -> list[Verdict]:
    """Both pairs."""
    say_what_loads()
    async with staged("surveys", _prepare) as stage:
        ports = [free_port(), free_port()]
        with (
            running(serve, dict(stage.settings), ports[0], Submissions) as grouping,
            running(serve, dict(stage.settings), ports[1], OneByOne) as single,
        ):
            for port in ports:
                await answering(port)
            servers = [(f"http://127.0.0.1:{ports[0]}", grouping.pid), (f"http://127.0.0.1:{ports[1]}", single.pid)]
            return [*_submitted(stage, servers), *_read(stage, servers[0])]


async def _prepare(stage: Stage, admin: Any) -> Sequence[Case]:
    async with client_of(stage) as http:
        items = await make_links(http, stage.mint, admin, LINKS)
    return [Case("submit", "/v1/answer/submit", items, method="POST", body=WHOLE, header=header_of)]


def _submitted(stage: Stage, servers: Sequence[tuple[str, int]]) -> list[Verdict]:
    [case] = stage.cases
    headers = {"Content-Type": "application/json", "If-Match": "*"}
    halves = [case.items[READ::2], case.items[READ + 1 :: 2]]
    with (
        written([case.sent(each) for each in halves[0]]) as first,
        written([case.sent(each) for each in halves[1]]) as second,
    ):
        sides = [
            Side(Load(address, file, headers, once=True, connections=CONNECTIONS), process)
            for (address, process), file in zip(servers, (first, second), strict=True)
        ]
        for side in sides:
            side.load.run(1)
        for turn in range(ROUNDS):
            for side in sides if turn % 2 else reversed(sides):
                side.run(SECONDS)
    late = [median(side.late) for side in sides]
    for name, side, slowest in zip(("in groups", "one by one"), sides, late, strict=True):
        sys.stdout.write(f"  submissions {name}: {side.line()}, p99 {slowest * 1e3:,.0f} ms\n")
    grouped, single = sides
    ratio = median(grouped.per_second) / median(single.per_second)
    return [
        Verdict("submissions in groups, a second, against one by one", ratio, RATIO, at_least=True),
        Verdict("submissions a second of one process, best of the rounds", max(grouped.per_second), AT_LEAST, True),
        Verdict("the slowest in a hundred, as a multiple of one by one", late[0] / late[1] if late[1] else 1.0, LATE),
    ]


def _read(stage: Stage, server: tuple[str, int]) -> list[Verdict]:
    """A page of an answer in a browser, and the answer as JSON."""
    [case] = stage.cases
    address, process = server
    cipher = FieldCipher.load(settings_of(stage.settings).keyring_file)
    items = case.items[:READ]
    cookies = {each: cookie_of(cipher, hashed_secret(token_of(each))) for each in items}
    as_json = [Sent("GET", "/v1/answer", header=header_of(each)) for each in items]
    as_html = [Sent("GET", "/a/pages/work", header=f"Cookie: {COOKIE}={cookies[each]}") for each in items]
    with written(as_json) as first, written(as_html) as second:
        sides = [Side(Load(address, file, {}, once=False), process) for file in (first, second)]
        for turn in range(ROUNDS):
            for side in sides if turn % 2 else reversed(sides):
                side.run(READ_SECONDS)
    for name, side in zip(("an answer as JSON", "a page as HTML"), sides, strict=True):
        sys.stdout.write(f"  {name}: {side.line()}\n")
    json, html = (median(side.cpu) for side in sides)
    return [Verdict("a page as HTML, as a multiple of the CPU that the same takes as JSON", html / json, HTML)]


def settings_of(given: Mapping[str, Any]) -> Settings:
    """The settings that an environment says."""
    return Settings(**{name.removeprefix("QUXIANG_").lower(): value for name, value in given.items()})
