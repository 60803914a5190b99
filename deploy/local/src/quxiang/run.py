"""`quxiang run`: one launcher for one state folder, from its first line to the last process it leaves behind: none."""

import asyncio
import contextlib
import errno
import os
import signal
import sys
from collections.abc import Collection

import httpx

from quxiang.addresses import PORTS, url
from quxiang.ahead import move_for_run
from quxiang.console import Console
from quxiang.control import taking_orders
from quxiang.keys import keep_tokens_fresh
from quxiang.stack import START_STOPS, Stack
from quxiang.state import State
from quxiang.welcome import welcome
from servers.problems import StartProblem, first_of
from servers.processes import end_leftovers

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run(state: State, *, demo: bool, left_out: Collection[str] = ()) -> int:
    """Runs the stack without some services until a signal, and returns the exit code."""
    console = Console()
    try:
        state.create()
        with state.owned():
            if names := end_leftovers(state.pid_files()):
                console.say(f"ended what a killed launcher had left running: {', '.join(names)}")
            state.run_file.unlink(missing_ok=True)
            if ahead := move_for_run(state):
                console.say(f"the clock of code and databases runs ahead by {ahead}")
            stack = Stack(state, console, ahead=ahead, left_out=left_out)
            return asyncio.run(_serve(stack, state, console, demo=demo and not left_out))
    except Exception as failure:
        words = _advice(failure, state)
        if words is None:
            raise
        console.complain(words)
    return 1


def _advice(failure: Exception, state: State) -> str | None:
    """Words for what the person can mend, None for a defect of ours."""
    if problem := first_of(failure, StartProblem):
        return str(problem)
    error = first_of(failure, OSError)
    if error and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
        return f"The disk of {state.folder} is full or cannot be written. Free some space, then start again."
    return None


async def _serve(stack: Stack, state: State, console: Console, *, demo: bool) -> int:
    stopping = _stop_requests(stack, console)
    living = asyncio.create_task(_live(stack, state, console, demo=demo))
    asked = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({living, asked}, return_when=asyncio.FIRST_COMPLETED)
        if not living.done():
            living.cancel()
            # what does not let go of its start ends with the launcher
            await asyncio.wait({living}, timeout=START_STOPS)
        if living.done():
            with contextlib.suppress(asyncio.CancelledError):
                await living
    except BaseException:
        await _stop(stack, console)
        raise
    await _stop(stack, console)
    sys.stdout.flush()
    # without waiting for a thread that may still download something
    os._exit(0)


async def _live(stack: Stack, state: State, console: Console, *, demo: bool) -> None:
    await stack.start()
    async with taking_orders(state, stack), asyncio.TaskGroup() as group:
        group.create_task(keep_tokens_fresh(state, PORTS, console.complain))
        if demo:
            await _load_demo_data(state, console)
        welcome(state, console)


async def _load_demo_data(state: State, console: Console) -> None:
    """Demo data that cannot be loaded is no reason to stop a stack that runs."""
    from quxiang.demo.client import Refused
    from quxiang.demo.seed import seed

    try:
        await seed(state, {service: url(port) for service, port in PORTS.items()}, console)
    except* (Refused, httpx.HTTPError, TimeoutError, KeyError) as several:
        console.complain(
            f"The demo data could not be loaded completely ({first_of(several, Exception)!r}).\n"
            "The stack runs all the same; the next start goes on with it."
        )


async def _stop(stack: Stack, console: Console) -> None:
    console.say("stopping")
    await stack.stop()
    console.say("everything is stopped")


def _stop_requests(stack: Stack, console: Console) -> asyncio.Event:
    """Turns the first signal into an orderly stop and the second into an immediate one."""
    asked = asyncio.Event()

    def receive() -> None:
        if asked.is_set():
            console.say("killing everything at once")
            stack.kill()
        asked.set()

    # the launcher outlives the end of its terminal under `nohup`
    outlives = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    for number in STOPPING:
        if not (outlives and number is signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, receive)
    return asked
