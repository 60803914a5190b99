"""Acts on bulk decisions: asking for one, sealing it, asking for it to be applied, deciding its rows part by part."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from common.approvals.domain import TransitionNotAllowed, must_not_identify
from common.auth import Actor, Owners, Principal, Role, RowScope
from common.clock import day_in_shanghai
from common.codes import CodeLists
from common.codes.rules import rule
from common.database import UnitOfWork
from common.errors import ExpectedVersion, FieldProblem, Forbidden, Invalid, NotFound, must_equal
from common.identifiers import OperationId, RegistrationId
from common.sql import Connection
from destinations.cases import storage as cases
from destinations.evidence.domain import NOTHING_ASKED, Demand
from destinations.registrations import storage as registrations
from destinations.registrations.commands import person_of, record_many, scope_of
from destinations.registrations.domain.lifecycle import Stage
from destinations.registrations.domain.permitting import must_take_part
from destinations.registrations.domain.registration import Change, Person, Registration
from destinations.registrations.storage import Stamped, Unsaved
from destinations.reviews import storage
from destinations.reviews.domain import (
    REGISTRATIONS,
    Asked,
    BulkAct,
    BulkDecision,
    BulkDecisionId,
    BulkState,
    NothingSelected,
    NotSealed,
    Sealed,
    Skip,
    Units,
    decided,
    foreseen,
    stages_of,
)
from destinations.seasons.domain import Level

MAKERS = frozenset({Role.COUNSELLOR, Role.COLLEGE_OFFICER, Role.SCHOOL_OFFICER})
"""Who reviews, and so makes and reads bulk decisions."""

LEVELS = {
    Role.COUNSELLOR: Level.COUNSELLOR,
    Role.COLLEGE_OFFICER: Level.COLLEGE,
    Role.SCHOOL_OFFICER: Level.SCHOOL,
}
"""The level at which a role reviews."""


def parameters_of(decision_id: BulkDecisionId, caller: Principal) -> dict[str, Any]:
    """What long work on a bulk decision needs to know: which one, and what its maker sees at this moment."""
    return {
        "bulk_decision_id": str(decision_id),
        "school_code": caller.school_code,
        "college_code": caller.college_code,
        "class_codes": sorted(caller.class_codes),
    }


def asked_of(parameters: Mapping[str, Any], actor: Actor) -> tuple[Principal, BulkDecisionId]:
    """Who asked for the work, with the scope of then, and about which bulk decision."""
    maker = Principal(
        actor.subject,
        Role(actor.role),
        school_code=parameters["school_code"],
        college_code=parameters["college_code"],
        class_codes=frozenset(parameters["class_codes"]),
    )
    return maker, BulkDecisionId(UUID(parameters["bulk_decision_id"]))


async def must_make(connection: Connection, caller: Principal, asked: Asked) -> None:
    """Raises NotFound for a school out of scope, RoleMayNotAct, Invalid, IdentifyingText, NothingSelected."""
    if not caller.sees_school(asked.filter.school_code):
        raise NotFound
    must_take_part(asked.act.action, person_of(caller))
    for name, required, given in (
        ("reason", asked.act is BulkAct.RETURN, asked.reason),
        ("note", False, asked.note if asked.act is BulkAct.RETURN else None),
    ):
        if required and given is None:
            raise Invalid([rule("required").problem(f"/{name}")])
        if given is not None and not required:
            raise Invalid([rule("must_be_empty").problem(f"/{name}")])
    for name, text in (("note", asked.note), ("reason", asked.reason)):
        must_not_identify(f"/{name}", text or "")
    if not await storage.candidates(connection, *waiting_for(caller, asked.act), asked.filter, None, 1):
        raise nothing_selected()


def waiting_for(caller: Principal, act: BulkAct) -> tuple[RowScope, frozenset[Stage]]:
    """Where the registrations are that wait for this act of a caller who takes part in review."""
    return scope_of(caller), stages_of(act, _person(caller).party)


async def make(unit: UnitOfWork, *, caller: Principal, decision_id: BulkDecisionId, asked: Asked) -> None:
    """Stores what is asked for, so that long work can seal it; the caller must be known to be allowed."""
    values = {
        "id": decision_id,
        "school_code": asked.filter.school_code,
        "college_code": caller.college_code,
        "cohort": asked.filter.cohort,
        "resource": REGISTRATIONS,
        "act": asked.act.value,
        "filter": asked.filter.to_json(),
        "note": asked.note,
        "reason": asked.reason,
        "made_by": caller.subject,
        "made_by_role": caller.role.value,
    }
    await storage.add(unit.connection, values)


def nothing_selected() -> NothingSelected:
    """The refusal of a filter that means no registration."""
    return NothingSelected([FieldProblem("/filter", NothingSelected.code, NothingSelected.title)])


async def seal_part(
    unit: UnitOfWork,
    *,
    maker: Principal,
    decision: BulkDecision,
    after: RegistrationId | None,
    rows: int,
    part: int,
    units: Units,
) -> tuple[int, RegistrationId | None]:
    """Seals up to so many registrations more; gives the number of all rows, and the last one that was looked at."""
    waiting = waiting_for(maker, decision.act)
    found = await storage.candidates(unit.connection, *waiting, decision.filter, after, part)
    if not found:
        return rows, None
    standing = await registrations.current(unit.connection, [graduate_id for _, graduate_id in found])
    demands, doubted = await _judged_by(unit, maker, decision, standing.values())
    items: list[tuple[Sealed, Skip | None]] = []
    for registration_id, graduate_id in found:
        registration = standing.get(graduate_id)
        # another one by now: what stood a moment ago has been voided
        if registration is None or registration.id != registration_id:
            continue
        demand = demands.get(registration_id, NOTHING_ASKED)
        if (
            outcome := foreseen(registration, decision.act, _person(maker), decision.said, demand, units, doubted)
        ) is not None:
            row = Sealed(rows + len(items) + 1, registration_id, graduate_id, registration.version)
            items.append((row, outcome if isinstance(outcome, Skip) else None))
    await storage.seal_items(unit.connection, decision.id, items)
    return rows + len(items), found[-1][0]


async def seal(unit: UnitOfWork, *, decision: BulkDecision) -> Mapping[str, Any]:
    """Ends the sealing; gives what it has come to. Raises NothingSelected."""
    counts = (await storage.counts(unit.connection, [decision.id]))[decision.id]
    if not counts.selected:
        raise nothing_selected()
    await storage.seal(unit.connection, decision.id)
    detail = {"act": decision.act.value, "selected": counts.selected, "ready": counts.ready}
    await unit.audit(
        "bulk_decision.seal", "bulk_decision", decision.id, school_code=decision.school_code, detail=detail
    )
    return {"id": str(decision.id), "selected": counts.selected, "ready": counts.ready, "skipped": counts.skipped}


def readers_scope(caller: Principal) -> RowScope:
    """The bulk decisions a caller may see; a counsellor only those of the own hand, whatever classes they are about."""
    if caller.role is not Role.COUNSELLOR or scope_of(caller).nothing:
        return scope_of(caller)
    return RowScope(Owners(school_code=frozenset({caller.school_code})))


def hand_of(caller: Principal) -> str | None:
    """The maker to whose bulk decisions the caller is cut; None of a caller who sees those of others."""
    return caller.subject if caller.role is Role.COUNSELLOR else None


async def get(connection: Connection, caller: Principal, decision_id: BulkDecisionId) -> BulkDecision:
    """A sealed bulk decision; raises NotFound."""
    decision = await storage.find(connection, readers_scope(caller), decision_id)
    if hand_of(caller) not in {None, decision.made_by}:
        raise NotFound
    return decision


def made_by(decision: BulkDecision, caller: Principal) -> bool:
    """True if the caller made it, in the same role."""
    return (decision.made_by, decision.made_by_role) == (caller.subject, caller.role.value)


async def must_apply(
    unit: UnitOfWork,
    *,
    caller: Principal,
    decision_id: BulkDecisionId,
    expected: ExpectedVersion,
    excepted: Sequence[RegistrationId],
) -> None:
    """Locks a bulk decision that the caller may apply.

    What is sealed never changes, so the version that was read is compared only where one is named. Raises NotFound,
    Forbidden for another than its maker, PreconditionFailed, TransitionNotAllowed once applied or expired, NotSealed.
    """
    if not made_by(await get(unit.connection, caller, decision_id), caller):
        raise Forbidden
    await storage.lock(unit.connection, decision_id)
    decision = await get(unit.connection, caller, decision_id)
    if expected is not None:
        must_equal(expected, decision.version)
    if decision.state is not BulkState.PREPARED:
        raise TransitionNotAllowed(decision.state.value, ())
    unknown = await storage.unsealed_of(unit.connection, decision_id, excepted)
    if unknown:
        places = [place for place, each in enumerate(excepted) if each in unknown]
        raise NotSealed([FieldProblem(f"/except/{place}", NotSealed.code, NotSealed.title) for place in places])


async def apply(
    unit: UnitOfWork,
    *,
    caller: Principal,
    decision_id: BulkDecisionId,
    operation: OperationId,
    excepted: Sequence[RegistrationId],
) -> None:
    """Notes that a bulk decision, which `must_apply` has locked, is applied by this work."""
    await storage.apply(unit.connection, decision_id, operation, frozenset(excepted))
    detail = {"excepted": len(set(excepted))}
    await unit.audit("bulk_decision.apply", "bulk_decision", decision_id, school_code=caller.school_code, detail=detail)


async def decide_part(
    unit: UnitOfWork, *, maker: Principal, decision: BulkDecision, after: int, last: int, units: Units
) -> Mapping[str, Any]:
    """Decides the rows between two numbers, each as its single act would; gives what they have come to."""
    assert decision.applied_at is not None, "it is applied"
    rows = await storage.sealed(unit.connection, decision.id, after, last)
    graduate_ids = [each.graduate_id for each in rows]
    await registrations.open_streams(unit.connection, decision.school_code, graduate_ids)
    standing = await registrations.current(unit.connection, graduate_ids)
    demands, doubted = await _judged_by(unit, maker, decision, standing.values())
    changes, days = list[Unsaved](), await registrations.last_days(unit.connection, graduate_ids)
    outcomes: dict[int, Skip | None] = {}
    person, scope = _person(maker), scope_of(maker)
    for row in rows:
        seen = _seen(scope, standing.get(row.graduate_id))
        demand = demands.get(row.registration_id, NOTHING_ASKED)
        said = (decision.said, decision.excepted, demand, units, doubted)
        outcome = decided(row, seen, decision.act, person, *said)
        outcomes[row.n] = outcome if isinstance(outcome, Skip) else None
        if isinstance(outcome, Change) and seen is not None:
            changes.append(Unsaved(seen.graduate, seen, outcome, days.get(row.graduate_id)))
    stamped, token = await record_many(unit, changes, CodeLists.load(), asked_on=day_in_shanghai(decision.applied_at))
    await _audit(unit, decision, stamped)
    await storage.keep_outcomes(unit.connection, decision.id, outcomes)
    skipped = [each.value for each in outcomes.values() if each is not None]
    counted = {reason: skipped.count(reason) for reason in dict.fromkeys(skipped)}
    return {"done": len(changes), "skipped": counted, "change_token": token and token.encode()}


async def _judged_by(
    unit: UnitOfWork, maker: Principal, decision: BulkDecision, standing: Iterable[Registration]
) -> tuple[Mapping[RegistrationId, Demand], Collection[RegistrationId]]:
    """What approvals ask of evidence, once applied as of then, and what the maker sees an open case about."""
    if decision.act is BulkAct.RETURN:
        return {}, ()
    ids = [each.id for each in standing]
    demands = await registrations.demands(unit.connection, ids, decision.applied_at)
    return demands, await cases.standing(unit.connection, cases.scope_of(maker), ids)


async def _audit(unit: UnitOfWork, decision: BulkDecision, stamped: Sequence[Stamped]) -> None:
    """One entry of each registration, with what the entry of a single act says, and by which bulk decision."""
    left = [(each.version, each.unsaved.change.stage.state.value) for each in stamped]
    said = {
        each: {"version": each[0], "state": each[1], "bulk_decision": str(decision.id)} for each in dict.fromkeys(left)
    }
    details = [said[each] for each in left]
    ids = [str(each.id) for each in stamped]
    await unit.audit_all(decision.act.value, "registration", ids, school_code=decision.school_code, details=details)


def _person(maker: Principal) -> Person:
    person = person_of(maker)
    assert person is not None, "only parties make bulk decisions"
    return person


def _seen(scope: RowScope, standing: Registration | None) -> Registration | None:
    """The registration, if its graduate is in the scope now."""
    if standing is None:
        return None
    graduate = standing.graduate
    owners = Owners[object](
        school_code=graduate.school_code, college_code=graduate.college_code, class_code=graduate.class_code
    )
    return standing if scope.allows(owners) else None
