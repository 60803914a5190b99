"""Acts on rules and warnings that meet: one wins, or one follows the other, and what they leave fits together."""

import asyncio
import os
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text
from warned import COHORTS, RULE, freeze_years, has_majors, put_in_force, ran

from common.auth import SYSTEM, Principal, Role
from common.crypto import FieldCipher, KeyRing
from common.database import Database, UnitOfWork
from common.errors import ExpectedVersion, PreconditionFailed, Versions
from common.identifiers import Cohort, SchoolCode
from indicators.warnings import commands
from indicators.warnings.domain.scoring import Rule
from indicators.warnings.domain.warnings import RuleId, WarningId, WarningOutcome
from testing.collisions import meet
from testing.databases import ServiceDatabase, committed
from testing.http import Client

ROUNDS = 200 if os.environ.get("QUXIANG_SOAK") else 12
CIPHER = FieldCipher(KeyRing.generate())
ANY = Versions(any=True)
_SUGGEST = text(
    """
    UPDATE warnings SET state = 'review_suggested', opened_by = NULL, opened_by_role = NULL, closed_by = NULL,
                        closed_by_role = NULL, outcome = NULL, note_cipher = NULL
     WHERE school_code = :school AND major_code = 'M0' RETURNING id, version
    """
)
_STANDS = text("SELECT version, state, opened_by, closed_by FROM warnings WHERE id = :id")


@pytest.fixture
async def school(new_school: Any, apply: Any, client: Client, database: Database) -> Any:
    """Four majors in three frozen cohorts, of which M0 is warned of by the rule in force."""
    school = new_school()
    school.described()
    for cohort in COHORTS:
        has_majors(school, cohort, {"M0": (0, 2), "M1": (2, 2), "M2": (2, 2), "M3": (2, 2)})
    await apply(school.events)
    one, two = (client("school_officer", school=school.code, subject=each) for each in ("one", "two"))
    await freeze_years(database, one, school, COHORTS)
    await put_in_force(one, two, school, RULE)
    assert (await ran(database, one, school))["warned"] == 1
    return school


def officer(school: Any, subject: str) -> Principal:
    return Principal(subject, Role.SCHOOL_OFFICER, school_code=school.code)


async def suggested(stored: ServiceDatabase, school: Any) -> tuple[WarningId, ExpectedVersion]:
    """Puts M0 back to where a review is suggested; gives it and its version."""
    owner = Database.connect(stored.owner_url)
    async with committed(owner) as connection:
        [row] = await connection.execute(_SUGGEST, {"school": school.code})
    await owner.dispose()
    return WarningId(row.id), Versions(frozenset({row.version}))


async def stands(database: Database, warning_id: WarningId) -> Any:
    async with database.reading() as connection:
        [row] = await connection.execute(_STANDS, {"id": warning_id})
    return row


def opening(school: Any, warning_id: WarningId, expected: ExpectedVersion, by: str = "one") -> partial[Any]:
    meant: dict[str, Any] = {"warning_id": warning_id, "expected": expected, "cipher": CIPHER}
    return partial(commands.open_review, caller=officer(school, by), **meant)


def closing(school: Any, warning_id: WarningId, expected: ExpectedVersion, by: str) -> partial[Any]:
    meant: dict[str, Any] = {"warning_id": warning_id, "expected": expected, "cipher": CIPHER}
    return partial(commands.close, caller=officer(school, by), outcome=WarningOutcome.NO_ACTION, note="已研究", **meant)


def running(school: Any) -> partial[Any]:
    return partial(commands.run, school_code=SchoolCode(school.code), cohort=Cohort(2024))


async def drafted(database: Database, school: Any, min_base: int = 2) -> RuleId:
    caller, rule = officer(school, "one"), Rule(RULE["weights"], min_base, RULE["min_majors"], RULE["share"])
    act = partial(commands.draft, caller=caller, school_code=SchoolCode(school.code), rule=rule)
    return (await database.act(caller.actor, act)).id


def approving(school: Any, rule_id: RuleId, expected: ExpectedVersion, by: str = "two") -> partial[Any]:
    return partial(commands.approve, caller=officer(school, by), rule_id=rule_id, expected=expected)


async def at_once(database: Database, acts: Sequence[partial[Any]]) -> list[Any]:
    """What becomes of acts that all begin at the same moment."""
    barrier = asyncio.Barrier(len(acts))

    async def begun(unit: UnitOfWork, act: partial[Any]) -> Any:
        await barrier.wait()
        return await act(unit)

    callers = (act.keywords.get("caller") for act in acts)
    actors = (SYSTEM if caller is None else caller.actor for caller in callers)
    each = (database.patient.act(actor, partial(begun, act=act)) for actor, act in zip(actors, acts, strict=True))
    return await asyncio.gather(*each, return_exceptions=True)


def lost(outcomes: Sequence[Any]) -> list[type]:
    return [type(each) for each in outcomes if isinstance(each, BaseException)]


async def test_of_three_who_close_a_review_one_does(database: Database, stored: ServiceDatabase, school: Any) -> None:
    for _ in range(ROUNDS):
        warning_id, expected = await suggested(stored, school)
        opened = await database.act(officer(school, "one").actor, opening(school, warning_id, expected))
        expected = Versions(frozenset({opened.version}))
        closers = [closing(school, warning_id, expected, by) for by in ("two", "three", "four")]
        outcomes = await at_once(database, closers)
        assert lost(outcomes) == [PreconditionFailed] * 2
        now = await stands(database, warning_id)
        [won] = [
            by
            for by, each in zip(("two", "three", "four"), outcomes, strict=True)
            if not isinstance(each, BaseException)
        ]
        assert (now.state, now.version, now.closed_by) == ("closed", opened.version + 1, won)


async def test_of_three_who_approve_a_rule_one_does(database: Database, school: Any) -> None:
    for _ in range(ROUNDS):
        rule_id = await drafted(database, school)
        expected = Versions(frozenset({1}))
        outcomes = await at_once(
            database, [approving(school, rule_id, expected, by) for by in ("two", "three", "four")]
        )
        assert lost(outcomes) == [PreconditionFailed] * 2
        assert await in_force(database, school) == [rule_id]


async def test_of_two_rules_that_are_approved_at_once_the_later_one_stands(database: Database, school: Any) -> None:
    for _ in range(ROUNDS):
        both = [await drafted(database, school, min_base=base) for base in (2, 3)]
        outcomes = await at_once(database, [approving(school, each, ANY) for each in both])
        assert lost(outcomes) == []
        assert len(await in_force(database, school)) == 1
        async with database.reading() as connection:
            states = await connection.scalars(_STATES, {"ids": both})
            assert sorted(states) == ["in_force", "superseded"]


_STATES = text("SELECT state FROM warning_rules WHERE id = ANY(CAST(:ids AS uuid[]))")
_IN_FORCE = text("SELECT id FROM warning_rules WHERE school_code = :school AND state = 'in_force'")


async def in_force(database: Database, school: Any) -> list[Any]:
    async with database.reading() as connection:
        return list(await connection.scalars(_IN_FORCE, {"school": school.code}))


async def test_a_review_that_is_opened_while_a_run_lets_it_lapse_is_opened_or_has_lapsed(
    database: Database, stored: ServiceDatabase, school: Any
) -> None:
    small = await drafted(database, school, min_base=3)
    await database.act(officer(school, "two").actor, approving(school, small, ANY))
    for _ in range(ROUNDS):
        warning_id, expected = await suggested(stored, school)
        opened, counted = await at_once(database, [opening(school, warning_id, expected), running(school)])
        assert counted == {"majors": 4, "warned": 0, "exempt": 4}
        now = await stands(database, warning_id)
        if isinstance(opened, PreconditionFailed):
            assert (now.state, now.opened_by) == ("lapsed", None)
        else:
            assert (opened.state, now.state, now.opened_by) == ("under_review", "under_review", "one")


async def test_two_runs_at_once_leave_one_warning_of_each_major(
    database: Database, stored: ServiceDatabase, school: Any
) -> None:
    async with database.reading() as connection:
        runs = await connection.scalar(_RUNS, {"school": school.code})
    for number in range(1, ROUNDS + 1):
        outcomes = await at_once(database, [running(school), running(school)])
        assert outcomes == [{"majors": 4, "warned": 1, "exempt": 0}] * 2
        async with database.reading() as connection:
            found = [tuple(row) for row in await connection.execute(_FOUND, {"school": school.code})]
            assert await connection.scalar(_RUNS, {"school": school.code}) == runs + 2 * number
        assert found == [("M0", "review_suggested"), ("M1", None), ("M2", None), ("M3", None)]


async def test_the_first_two_runs_at_once_too(new_school: Any, apply: Any, client: Client, database: Database) -> None:
    school = new_school()
    school.described()
    for cohort in COHORTS:
        has_majors(school, cohort, {"M0": (0, 2), "M1": (2, 2)})
    await apply(school.events)
    await freeze_years(database, client("school_officer", school=school.code), school, COHORTS)
    outcomes = await at_once(database, [running(school)] * 3)
    assert outcomes == [{"majors": 2, "warned": 0, "exempt": 2}] * 3


_RUNS = text("SELECT count(*) FROM warning_runs WHERE school_code = :school")
_FOUND = text("SELECT major_code, state FROM warnings WHERE school_code = :school ORDER BY major_code")


async def test_no_two_acts_wait_in_a_circle(database: Database, stored: ServiceDatabase, school: Any) -> None:
    warning_id, _ = await suggested(stored, school)
    both = [await drafted(database, school, min_base=base) for base in (2, 3)]
    await meet(database, opening(school, warning_id, ANY), running(school))
    await meet(database, running(school), running(school))
    await meet(database, opening(school, warning_id, ANY), opening(school, warning_id, ANY, "two"))
    await meet(database, approving(school, both[0], ANY), approving(school, both[1], ANY))
