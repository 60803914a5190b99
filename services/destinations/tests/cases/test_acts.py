"""Who may do what to a case in which state: every state × act × role × handler, from the contract's table."""

from collections.abc import Iterator
from functools import partial
from itertools import product
from typing import Any

import pytest
from acting import CIPHER

from common.approvals.domain import TransitionNotAllowed
from common.auth import SYSTEM, Principal, Role
from common.database import Database
from common.errors import Forbidden, NotFound, Versions
from destinations.cases import commands
from destinations.cases.domain import CaseId, Finding, Handler, NotIndependent

ANY = Versions(any=True)
STATES = ("open", "assigned", "found", "closed", "cleared")
CALLERS = {
    "college": Principal("c", Role.COLLEGE_OFFICER, school_code="10001", college_code="C01"),
    "school": Principal("s", Role.SCHOOL_OFFICER, school_code="10001"),
    "province": Principal("p", Role.PROVINCIAL_OFFICER, province_code="410000"),
}
ACTS = {
    "assign": partial(commands.assign, handler=Handler.SCHOOL),
    "find": partial(commands.find, finding=Finding.FALSE, note="已核实"),
    "close": partial(commands.close, no_correction=None),
}
LEADS_TO = {"assign": "assigned", "find": "found", "close": "closed"}


def expected(kind: str, accused: str | None, handler: str, state: str, act: str, caller: str) -> type[Exception] | str:
    """By hand, from the contract."""
    sees = {
        "college": handler == "college",
        "school": accused != "school",
        "province": handler == "province" or accused == "school",
    }
    if not sees[caller]:
        return NotFound
    assigner = "province" if accused == "school" else "school"
    may = {"assign": caller == assigner, "find": caller == handler, "close": caller in {"school", "province"}}
    if not may[act]:
        return Forbidden
    possible = {
        "assign": state == "open",
        "find": state in {"open", "assigned"} or (state == "closed" and kind != "signal"),
        "close": state == "found",
    }
    if not possible[act]:
        return TransitionNotAllowed
    if act == "find" and (accused == "college:C01" and caller == "college"):
        return NotIndependent
    # the acts of this test give cases to the school
    if act == "assign" and accused == "school":
        return NotIndependent
    return LEADS_TO[act]


def combinations() -> Iterator[tuple[Any, ...]]:
    for kind, handler, state in product(("signal", "check"), CALLERS, STATES):
        if state == "cleared" and kind != "signal":
            continue
        for accused in (None, "school", "college:C01"):
            yield kind, accused, handler, state


async def put(database: Database, kind: str, accused: str | None, handler: str, state: str) -> CaseId:
    finding = "false" if state in {"found", "closed"} else None
    async with database.transaction(SYSTEM) as unit:
        case_id = await unit.connection.driver.fetchval(
            "INSERT INTO cases (school_code, college_code, kind, rule, subject, facts, accused, handler, state,"
            " finding, made_by, made_by_role) VALUES ('10001', 'C01', $1, 'code_title', uuidv7()::text, '{}', $2, $3,"
            " $4, $5, 'system', 'system') RETURNING id",
            kind,
            accused,
            handler,
            state,
            finding,
        )
        await unit.commit()
    return CaseId(case_id)


@pytest.fixture
async def school(database: Database) -> None:
    async with database.transaction(SYSTEM) as unit:
        await unit.connection.driver.execute(
            "INSERT INTO roster_schools (school_code, province_code, sequence, event_id, event_sequence)"
            " VALUES ('10001', '410000', 1, uuidv7(), 1)"
        )
        await unit.commit()


async def test_every_act_of_every_level_in_every_state(database: Database, school: None) -> None:
    tried = 0
    for kind, accused, handler, state in combinations():
        case_id = await put(database, kind, accused, handler, state)
        for act, caller in product(ACTS, CALLERS):
            wanted = expected(kind, accused, handler, state, act, caller)
            became = await attempted(database, case_id, act, caller)
            assert became == wanted, (kind, accused, handler, state, act, caller)
            tried += 1
    # five states of signals and four of checks, three who are or are not accused, three handlers
    assert tried == (5 + 4) * 3 * 3 * len(ACTS) * len(CALLERS)


async def attempted(database: Database, case_id: CaseId, act: str, caller: str) -> type[Exception] | str:
    """What the act comes to; it is undone."""
    person = CALLERS[caller]
    async with database.transaction(person.actor) as unit:
        command = partial(ACTS[act], unit, caller=person, cipher=CIPHER, case_id=case_id, expected=ANY)
        try:
            return (await command()).case.state.value
        except (NotFound, Forbidden, TransitionNotAllowed, NotIndependent) as refusal:
            return type(refusal)
