"""The program: `python -m quxiang.post HTTP_PORT SMTP_PORT`, with the secret in QUXIANG_GATEWAY_SECRET."""

import asyncio
import os
import sys
from functools import partial
from http.server import ThreadingHTTPServer
from threading import Thread

from common import clock
from quxiang.post.arrivals import Arrivals
from quxiang.post.gateway import Gateway
from quxiang.post.relay import relay
from servers.ports import LOOPBACK


async def serve(gateway_port: int, relay_port: int, secret: str) -> None:
    """Takes mails and messages until cancelled."""
    arrivals = Arrivals()
    handler = type("Ours", (Gateway,), {"secret": secret, "arrivals": arrivals})
    with ThreadingHTTPServer((LOOPBACK, gateway_port), handler) as gateway:
        Thread(target=gateway.serve_forever, daemon=True).start()
        server = await asyncio.get_running_loop().create_server(partial(relay, arrivals), LOOPBACK, relay_port)
        try:
            await server.serve_forever()
        finally:
            gateway.shutdown()


if __name__ == "__main__":
    if ahead := os.environ.get("QUXIANG_CLOCK"):
        clock.run_ahead(clock.offset_of(ahead))
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), os.environ["QUXIANG_GATEWAY_SECRET"]))
