"""Delivery reports as mail servers write them, and what is none."""

import io
import os
from argparse import Namespace
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from common.database import Database
from surveys.contact.domain import AttemptId, AttemptState
from surveys.contact.operations.bounces import NoAttemptError, NoReportError, read_report
from surveys.maintenance import run_bounce
from surveys.settings import Settings

Json = dict[str, Any]

# after the example of RFC 3464, appendix E.1
REPORT = """\
Date: Thu, 7 Jul 2026 17:16:05 +0800
From: Mail Delivery Subsystem <MAILER-DAEMON@school.test>
Message-Id: <199407072116.RAA14128@school.test>
To: {to}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="RAA14128.773615765/school.test"

--RAA14128.773615765/school.test

The following addresses had permanent fatal errors.

--RAA14128.773615765/school.test
content-type: message/delivery-status

Reporting-MTA: dns; school.test

Final-Recipient: rfc822; li@mail.test
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 No such user

--RAA14128.773615765/school.test
content-type: {kind}

{original}

--RAA14128.773615765/school.test--
"""


def report(to: str = "", action: str = "failed", kind: str = "message/rfc822", original: str = "") -> bytes:
    return REPORT.format(to=to, action=action, kind=kind, original=original).replace("\n", "\r\n").encode()


# the same in each process that runs tests, because it is in their names
ATTEMPT = UUID(int=0x5EED)
BACK = f"bounces+{ATTEMPT.hex}@school.test"
ORIGINAL = f"From: survey@school.test\nTo: li@mail.test\nMessage-ID: <{ATTEMPT.hex}@school.test>\nSubject: x\n\nhello"


@pytest.mark.parametrize(
    ("content", "state"),
    [
        (report(BACK), AttemptState.BOUNCED),
        (report(f"<{BACK}>", "Failed"), AttemptState.BOUNCED),
        (report("postmaster@school.test", original=ORIGINAL), AttemptState.BOUNCED),
        (report("postmaster@school.test", kind="text/rfc822-headers", original=ORIGINAL), AttemptState.BOUNCED),
        (report(BACK, "delivered"), AttemptState.DELIVERED),
        (report(BACK, "delayed"), None),
        (report(BACK, "relayed"), None),
    ],
)
def test_a_report_names_the_attempt_and_what_became_of_it(content: bytes, state: AttemptState | None) -> None:
    told = read_report(content)
    assert (told.attempt_id, told.state) == (AttemptId(ATTEMPT), state)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"To: " + BACK.encode() + b"\r\n\r\nHello",
        report(BACK, action="lost"),
        report(BACK)[:500],
        report(BACK).replace(b"multipart/report", b"multipart/mixed"),
        report(BACK).replace(b"message/delivery-status", b"text/plain"),
        b"Content-Type: multipart/report; boundary=x\r\n\r\n"
        + b"--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" * 5_000,
    ],
)
def test_what_is_no_report_is_refused(content: bytes) -> None:
    with pytest.raises(NoReportError):
        read_report(content)


@pytest.mark.parametrize("to", ["li@mail.test", "bounces+123@school.test", ""])
def test_a_report_about_no_mail_of_ours_is_refused(to: str) -> None:
    with pytest.raises(NoAttemptError):
        read_report(report(to))


async def test_the_command_takes_a_report_once(
    wave: Json,
    morning: datetime,
    ahead: Any,
    go: Any,
    sink: Any,
    attempts: Any,
    settings: Settings,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def take(content: bytes) -> int:
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(content)))
        return await run_bounce(settings, database, Namespace())

    async with ahead(morning) as moved:
        await go(moved)
    back = sink.arrived[0].mail_from
    assert [await take(report(back, action)) for action in ("delayed", "failed", "failed", "delivered")] == [0] * 4
    found = {UUID(each["id"]).hex: each["state"] for each in await attempts()}
    assert found[back[8:40]] == "bounced"
    assert sorted(found.values()) == ["accepted", "accepted", "bounced"]
    assert [await take(each) for each in (b"nonsense", report(BACK))] == [os.EX_DATAERR] * 2
