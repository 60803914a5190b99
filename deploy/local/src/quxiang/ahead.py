"""How far the local stack's clock runs ahead of the machine's: `QUXIANG_CLOCK`, from run to run forwards only."""

import os
from datetime import timedelta

from common import clock
from common.settings import LOCAL_ISSUER
from quxiang.state import State
from servers.problems import StartProblem

VARIABLE = "QUXIANG_CLOCK"
_FILE = "clock.json"


def move_for_run(state: State) -> str:
    """Moves this process's clock as the environment says, and returns the offset as text, empty without one.

    Raises StartProblem for what is no offset, for less than the run before had, and beside a foreign issuer.
    """
    given = os.environ.get(VARIABLE, "")
    wanted, before = _offset(given), of_last_run(state)
    issuer = os.environ.get("QUXIANG_ISSUER", LOCAL_ISSUER)
    if given and issuer != LOCAL_ISSUER:
        raise StartProblem(
            f"{VARIABLE} moves the clock of a local stack only, whose tokens are the launcher's own, and "
            f"QUXIANG_ISSUER names {issuer}. Unset one of the two."
        )
    if wanted < _offset(before):
        raise StartProblem(
            f"{VARIABLE} may grow from run to run, never shrink: the run before had {before}, this one has "
            f"{given or 'none'}. Set {VARIABLE}={before} or more, or wipe all local data with `make reset`."
        )
    clock.run_ahead(wanted)
    return given


def move_for_tool(state: State) -> None:
    """Moves the clock of a tool beside the stack: as the environment says, else as in the last run."""
    clock.run_ahead(_offset(os.environ.get(VARIABLE) or of_last_run(state)))


def remember(state: State, ahead: str) -> None:
    """Notes the offset of a run that starts its services now."""
    state.remember(_FILE, {"ahead": ahead})


def of_last_run(state: State) -> str:
    """The offset of the last run, empty without one."""
    return str(state.recall(_FILE).get("ahead", ""))


def _offset(text: str) -> timedelta:
    try:
        return clock.offset_of(text) if text else timedelta(0)
    except ValueError as error:
        raise StartProblem(f"{error}; it is {text!r} now.") from None
