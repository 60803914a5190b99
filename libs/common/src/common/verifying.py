"""Proof that what is stored fits together: what each check of `verify` has compared, and what that says at the end."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TypeVar
from uuid import UUID

from common.consuming.owner import OwnerUnknown
from common.database import Database
from common.errors import Unavailable
from common.observability import logger
from common.settings import ServiceSettings

DIFFERENT, NOT_POSSIBLE = 1, 2
"""Exit codes of `verify`: something is not as it must be; a part could not be compared."""

PART = 5_000
"""Rows of one statement, and pieces between two lines of progress."""

MAX_SHOWN = 100
"""Differences of one check that are named; all are counted."""

_log = logger(__name__)


@dataclass
class Verified:
    """What one check has compared, and the ids of what is not as it must be, some of them."""

    check: str
    compared: int = 0
    differences: int = 0
    named: list[str] = field(default_factory=list)

    def note(self, row_id: UUID | str, *, differs: bool) -> None:
        """Counts one row."""
        self.compared += 1
        if differs:
            self.differences += 1
            self.named += [f"{row_id}"] if self.differences <= MAX_SHOWN else []
            _log.error("Difference", check=self.check, id=f"{row_id}")
        if self.compared % PART == 0:
            _log.info("Compared so far", check=self.check, compared=self.compared, differences=self.differences)


S = TypeVar("S", bound=ServiceSettings)
Check = Callable[[Database, S], Awaitable[Verified]]


async def run_checks(database: Database, settings: S, checks: Mapping[str, Check[S]], *, as_json: bool) -> int:
    """Runs the checks in their order, and prints or logs a line for each; the exit code, 0 only if all agrees."""
    code = 0
    for name, check in checks.items():
        try:
            verified = await check(database, settings)
        except (Unavailable, OwnerUnknown) as error:
            _log.error("Not compared", check=name, code=error.code, cause=error.detail.en)
            code = code or NOT_POSSIBLE
            continue
        # wrong rows are the graver finding
        code = DIFFERENT if verified.differences else code
        if as_json:
            print(json.dumps(asdict(verified)), flush=True)
        else:
            _log.info("Compared", **asdict(verified))
    return code
