"""Mails that come back: two of those that the local post keeps, with the report that a mail server would send."""

import asyncio
import os
import sys
from typing import Any

import httpx

from common import clock
from quxiang.beside import environment_of
from quxiang.demo.client import Campus, Refused
from quxiang.state import State
from servers.child import inherited

_TWO = 2
_HOURS = range(9, 21)
"""In which mails leave, in Shanghai; at night they wait for the morning."""

_WAIT_SECONDS = 60.0
_REPORT = """\
From: MAILER-DAEMON@mail.example
To: {sender}
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Type: text/plain

The mailbox does not exist.
--part
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example

Final-Recipient: rfc822; {to}
Action: failed
Status: 5.1.1
--part--
"""


async def bounce_two(campus: Campus, state: State) -> None:
    """Reports two mails of those that went out as undeliverable; at night, when none goes out, nothing."""
    if clock.now().astimezone(clock.SHANGHAI).hour not in _HOURS:
        return
    running: Any = state.recall("run.json")
    async with asyncio.timeout(_WAIT_SECONDS):
        while True:
            mails = await _mails(campus.http, running["post"]["arrived"])
            if len(mails) >= _TWO:
                break
            await asyncio.sleep(0.5)
    for mail in mails[:_TWO]:
        await _report(state, _REPORT.format(sender=mail["envelope_from"], to=mail["to"]))


async def _mails(http: httpx.AsyncClient, address: str) -> list[Any]:
    items = (await http.get(address)).json()["items"]
    return [each for each in items if each["channel"] == "email"]


async def _report(state: State, report: str) -> None:
    """Hands a report to the command that reads it, as a mail server's alias does."""
    run = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "surveys", "bounce"),
        env=inherited(os.environ) | environment_of(state, "surveys"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await run.communicate(report.replace("\n", "\r\n").encode())
    if run.returncode:
        raise Refused(f"surveys bounce: {said.decode(errors='replace')[-500:]}")
