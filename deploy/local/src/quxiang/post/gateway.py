"""A gateway with the interface that `docs/gateway.md` describes, and the page that shows what has arrived."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any, ClassVar
from urllib.parse import urlsplit

from common import clock
from common.crypto.webhooks import BadSignature, verified
from quxiang.post.arrivals import Arrival, Arrivals, Signed

LONGEST = 64 * 1024
NEEDED = ("id", "channel", "to", "template", "language", "params", "expires_at")
_PARAMS = ("school", "link", "stop", "closes_on")
_SHOWN = 200
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>What arrived</title>
<style>body{{font-family:sans-serif;margin:1rem}}pre{{background:#f4f4f4;padding:.5rem;white-space:pre-wrap;
overflow-wrap:anywhere}}</style></head>
<body><h1>What arrived 已送达的消息</h1><p>{count} in all, the newest {shown} below, the newest first.</p>
{items}</body></html>
"""


class Refused(Exception):
    """A request that a gateway does not take."""

    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(why)
        self.status = status


class Gateway(BaseHTTPRequestHandler):
    """One request; a subclass has the secret and the list."""

    secret: ClassVar[str]
    arrivals: ClassVar[Arrivals]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """What has arrived: as JSON, or as a page for people."""
        path = urlsplit(self.path).path
        if path == "/arrived":
            self._json(HTTPStatus.OK, {"items": [asdict(each) for each in self.arrivals.items()]})
        elif path == "/":
            self._answer(HTTPStatus.OK, page_of(self.arrivals.items()).encode(), "text/html; charset=utf-8")
        else:
            self._json(HTTPStatus.NOT_FOUND, {"error": "not found"})

    def do_POST(self) -> None:
        """Takes a message."""
        length = self.headers.get("content-length", "")
        body = self.rfile.read(min(int(length), LONGEST)) if length.isdecimal() else b""
        headers = {name.lower(): value for name, value in self.headers.items()}
        if urlsplit(self.path).path != "/messages":
            self._json(HTTPStatus.NOT_FOUND, {"error": "not found"})
            return
        try:
            message = message_in(self.secret, headers, body)
        except Refused as refused:
            self._json(refused.status, {"error": str(refused)})
            return
        arrival = Arrival(message["channel"], None, message["to"], Signed(headers=headers, body=body.decode()))
        self._json(HTTPStatus.ACCEPTED, {"reference": self.arrivals.take(message["id"], arrival)})

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the signature is the library's
        """Writes nothing: what arrives is on the page, and phones are in no log."""

    def _json(self, status: HTTPStatus, content: Mapping[str, object]) -> None:
        self._answer(status, json.dumps(content, ensure_ascii=False).encode(), "application/json")

    def _answer(self, status: HTTPStatus, content: bytes, media_type: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": media_type, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


def message_in(secret: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """The message of a request; raises Refused for one that is not signed, or not complete."""
    try:
        signed_id = verified(secret, headers, body, clock.now())
    except BadSignature:
        raise Refused(HTTPStatus.UNAUTHORIZED, "the signature is wrong or too old") from None
    try:
        message = json.loads(body)
        lacking = [name for name in NEEDED if not message.get(name)]
        lacking += [f"params.{name}" for name in _PARAMS if not message["params"].get(name)] if not lacking else []
    except (ValueError, AttributeError, TypeError):
        raise Refused(HTTPStatus.BAD_REQUEST, "not a message in JSON") from None
    if lacking:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, f"lacking: {', '.join(lacking)}")
    if not message["id"] == signed_id == headers.get("idempotency-key"):
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "id, webhook-id and Idempotency-Key differ")
    return dict(message)


def page_of(arrived: list[Arrival]) -> str:
    """The page for people."""
    newest = arrived[-_SHOWN:][::-1]
    shown = [
        f"<section><h2>{escape(each.channel)} → {escape(each.to)}</h2><pre>{escape(_text(each))}</pre></section>"
        for each in newest
    ]
    return _PAGE.format(count=len(arrived), shown=len(newest), items="\n".join(shown))


def _text(arrival: Arrival) -> str:
    return arrival.raw if isinstance(arrival.raw, str) else arrival.raw["body"]
