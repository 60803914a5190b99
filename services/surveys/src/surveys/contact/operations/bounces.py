"""Reading reports about mails (RFC 3464), as a mail server hands them over."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, Message
from uuid import UUID

from common.errors import Message as Sentence
from common.errors import PermanentError
from surveys.contact.domain import AttemptId, AttemptState

MAX_REPORT = 10 * 1024 * 1024
"""Bytes; a report has the mail with it, or its head."""

_WAY_BACK = re.compile(r"bounces\+([0-9a-f]{32})@", re.IGNORECASE)
_OWN_ID = re.compile(r"<([0-9a-f]{32})@", re.IGNORECASE)
_ACTIONS = {"failed": AttemptState.BOUNCED, "delivered": AttemptState.DELIVERED}
_OTHERS = frozenset({"delayed", "relayed", "expanded"})
_ADDRESSED = ("to", "delivered-to", "x-original-to", "envelope-to", "return-path")


class ReportUnreadableError(PermanentError):
    """What came is no report about a mail of ours."""

    code = "report_unreadable"


class NoReportError(ReportUnreadableError):
    """It is no delivery report at all, or a broken one."""

    def __init__(self) -> None:
        super().__init__(
            detail=Sentence(
                "不是可读的投递报告（RFC 3464，multipart/report，report-type=delivery-status）",
                "Not a readable delivery report (RFC 3464: multipart/report, report-type=delivery-status)",
            )
        )


class NoAttemptError(ReportUnreadableError):
    """It does not say which of our mails it is about."""

    def __init__(self) -> None:
        super().__init__(
            detail=Sentence(
                "报告未指明是哪封邮件：收件地址应为 bounces+…@域名，或附有原邮件的 Message-ID",
                "The report does not name a mail of ours: it comes to bounces+…@domain, or has the mail's Message-ID",
            )
        )


@dataclass(frozen=True)
class Report:
    """What a report says of an attempt; None where it changes nothing, as while a mail is only late."""

    attempt_id: AttemptId
    state: AttemptState | None


def read_report(content: bytes) -> Report:
    """What a report says; raises NoReportError or NoAttemptError."""
    # only the command that is handed reports needs what it loads
    from email.policy import default

    try:
        report = message_from_bytes(content, policy=default)
        parts = [*report.walk()]
        actions = {action.strip().lower() for part in parts for action in actions_in(part)}
        named = next((found for part in parts for found in ids_in(part)), None)
    except Exception:
        # a library that meets what no mail program writes raises whatever it likes
        raise NoReportError from None
    if report.get_content_type() != "multipart/report" or not actions & {*_ACTIONS, *_OTHERS}:
        raise NoReportError
    if named is None:
        raise NoAttemptError
    # one that failed for one of several recipients has failed: each mail has one
    state = next((state for action, state in _ACTIONS.items() if action in actions), None)
    return Report(AttemptId(UUID(named)), state)


def actions_in(part: "Message | EmailMessage") -> Iterator[str]:
    """The actions of a part, which stand in blocks of fields, one block a recipient."""
    if part.get_content_type() == "message/delivery-status":
        for block in part.get_payload():
            if isinstance(block, Message) and block["Action"] is not None:
                yield str(block["Action"])


def ids_in(part: "Message | EmailMessage") -> Iterator[str]:
    """The attempts that the head of a part names: by the way back, or by the id that a mail of ours carries."""
    for name in _ADDRESSED:
        for value in part.get_all(name, ()):
            yield from _WAY_BACK.findall(str(value))
    yield from _OWN_ID.findall(str(part.get("message-id", "")))
    if part.get_content_type() == "text/rfc822-headers":
        yield from _OWN_ID.findall(str(part.get_payload()))
