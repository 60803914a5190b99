"""Routes of cases."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from common.approvals.wire import OfCohort, OfCollege, OfSchool
from common.auth import Principal, require
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.errors import NotFound
from common.http import (
    Cipher,
    Db,
    IdempotencyKey,
    IfMatch,
    Page,
    PageOf,
    Router,
    WholePage,
    XPurpose,
    answer,
    page_of,
    resource,
)
from common.identifiers import Cohort, RegistrationId, SchoolCode
from common.once import Answered, Once
from destinations.cases import commands, storage
from destinations.cases.commands import Seen
from destinations.cases.domain import CaseId, Finding, Handler, Kind, Rule, SchoolRule, State
from destinations.cases.storage import Filters
from destinations.cases.wire import (
    Assignment,
    CaseAnswer,
    CasePatch,
    Closing,
    NewCase,
    NewFinding,
    NewThreshold,
    PersonAnswer,
    PersonsAnswer,
    SignalRuleAnswer,
)
from destinations.registry_client import Registry

router = Router(prefix="/v1/cases", tags=["cases"])

rules_router = Router(prefix="/v1/signal-rules", tags=["cases"])

RuleReader = Annotated[Principal, Depends(require(*commands.RULE_READERS))]
Reader = Annotated[Principal, Depends(require(*storage.READERS))]


async def read_filters(
    *,
    school: OfSchool = None,
    cohort: OfCohort = None,
    college: OfCollege = None,
    kind: Kind | None = None,
    rule: Annotated[str | None, Query(min_length=1, max_length=64)] = None,
    state: State | None = None,
    handler: Handler | None = None,
    finding: Finding | None = None,
    registration: UUID | None = None,
) -> Filters:
    """Filters of the list; all given ones must hold."""
    return Filters(
        school_code=school,
        cohort=None if cohort is None else Cohort(cohort),
        college_code=college,
        kind=kind,
        rule=rule,
        state=state,
        handler=handler,
        finding=finding,
        registration_id=None if registration is None else RegistrationId(registration),
    )


@router.get("", summary="List the cases that the caller may see, in the order in which they were opened")
async def list_cases(
    *, caller: Reader, database: Db, cipher: Cipher, page: Page, filters: Annotated[Filters, Depends(read_filters)]
) -> PageOf[CaseAnswer]:
    after = page.last_seen(UUID)
    async with database.reading() as connection:
        found = await storage.page(connection, storage.scope_of(caller), filters, after, page.limit + 1)
        seen = await commands.shown(connection, cipher, found)
    return page_of(page, seen, lambda each: each.id, lambda each: CaseAnswer.of(each, caller))


@router.post(
    "",
    status_code=201,
    response_model=CaseAnswer,
    summary="Make a case of kind `check`",
    description="The school handles it first; the province where the school is accused, and then the school does not "
    "see it.",
)
async def make_case(*, caller: Reader, database: Db, cipher: Cipher, once: IdempotencyKey, body: NewCase) -> Response:
    act = partial(
        commands.make,
        school_code=body.school_code,
        registration_ids=[*map(RegistrationId, dict.fromkeys(body.registrations))],
        accused=body.accused,
        note=body.note,
    )
    return await _acted(database, cipher, caller, once, act, 201)


@router.get("/{case_id}", response_model=CaseAnswer, summary="Read a case with its history")
async def read_case(*, caller: Reader, database: Db, cipher: Cipher, case_id: UUID) -> Response:
    return _shown(caller, await _found(database, cipher, caller, case_id))


@router.patch("/{case_id}", response_model=CaseAnswer, summary="Say which registrations a tip-off is about")
async def link_case(
    *, caller: Reader, database: Db, cipher: Cipher, case_id: UUID, if_match: IfMatch, body: CasePatch
) -> Response:
    linked = [*map(RegistrationId, dict.fromkeys(body.registrations))]
    act = partial(commands.link, case_id=CaseId(case_id), expected=if_match, registration_ids=linked)
    return await _acted(database, cipher, caller, None, act)


@router.post("/{case_id}/assign", response_model=CaseAnswer, summary="Give an open case to a level")
async def assign_case(
    *,
    caller: Reader,
    database: Db,
    cipher: Cipher,
    case_id: UUID,
    if_match: IfMatch,
    once: IdempotencyKey,
    body: Assignment,
) -> Response:
    act = partial(commands.assign, case_id=CaseId(case_id), expected=if_match, handler=body.handler)
    return await _acted(database, cipher, caller, once, act)


@router.post(
    "/{case_id}/find",
    response_model=CaseAnswer,
    summary="Say what was found, at the level that handles the case",
    description="Not by the accused unit, nor by the persons who wrote or reviewed the content.",
)
async def find_case(
    *,
    caller: Reader,
    database: Db,
    cipher: Cipher,
    case_id: UUID,
    if_match: IfMatch,
    once: IdempotencyKey,
    body: NewFinding,
) -> Response:
    act = partial(commands.find, case_id=CaseId(case_id), expected=if_match, finding=body.finding, note=body.note)
    return await _acted(database, cipher, caller, once, act)


@router.post(
    "/{case_id}/close",
    response_model=CaseAnswer,
    summary="Close a case in which something was found",
    description="What was found true is corrected first, or `no_correction` says why it is not.",
)
async def close_case(
    *,
    caller: Reader,
    database: Db,
    cipher: Cipher,
    case_id: UUID,
    if_match: IfMatch,
    once: IdempotencyKey,
    body: Closing | None = None,
) -> Response:
    no_correction = body.no_correction if body else None
    act = partial(commands.close, case_id=CaseId(case_id), expected=if_match, no_correction=no_correction)
    return await _acted(database, cipher, caller, once, act)


@router.get(
    "/{case_id}/persons",
    summary="Name and phones of the graduates of a case, for who handles it; every reading is logged",
    description="For `verification`. Asked of registry, and not stored.",
)
async def read_persons(
    *, request: Request, caller: Reader, database: Db, case_id: UUID, x_purpose: XPurpose = None
) -> PersonsAnswer:
    act = partial(commands.open_persons, caller=caller, case_id=CaseId(case_id), named=x_purpose)
    people = await database.act(caller.actor, act)
    registry: Registry = request.app.state.registry
    known = await registry.persons(people)
    return PersonsAnswer(items=[PersonAnswer(graduate_id=each, **known[each]) for each in people])


@rules_router.get("", summary="List the rules of signals, with the thresholds of a school")
async def list_signal_rules(
    *, caller: RuleReader, database: Db, page: WholePage, school: OfSchool = None
) -> PageOf[SignalRuleAnswer]:
    found = await _rules(database, caller, school)
    after = page.last_seen(str)
    kept = [each for each in found if after is None or each.data.rule > after]
    return page_of(page, kept[: page.limit + 1], lambda each: each.data.rule.value, SignalRuleAnswer.of)


@rules_router.get("/{rule}", response_model=SignalRuleAnswer, summary="Read a rule, with the threshold of a school")
async def read_signal_rule(*, caller: RuleReader, database: Db, rule: Rule, school: OfSchool = None) -> Response:
    kept = next(each for each in await _rules(database, caller, school) if each.data.rule is rule)
    return resource(SignalRuleAnswer.of(kept), kept.version)


@rules_router.patch("/{rule}", response_model=SignalRuleAnswer, summary="Set the threshold of a rule for a school")
async def set_threshold(
    *, caller: RuleReader, database: Db, rule: Rule, if_match: IfMatch, body: NewThreshold
) -> Response:
    act = partial(
        commands.set_threshold,
        caller=caller,
        rule=rule,
        school_code=body.school_code,
        expected=if_match,
        threshold=body.threshold,
    )
    kept = await database.act(caller.actor, act)
    return resource(SignalRuleAnswer.of(kept), kept.version)


async def _rules(database: Database, caller: Principal, school: SchoolCode | None) -> Sequence[SchoolRule]:
    """The rules of a school, by default the caller's; raises NotFound."""
    named = school or caller.school_code
    if named is None:
        raise NotFound
    async with database.reading() as connection:
        found = await commands.rules(connection, caller, SchoolCode(named))
    return sorted(found, key=lambda each: each.data.rule)


async def _acted(
    database: Database,
    cipher: FieldCipher,
    caller: Principal,
    once: Once | None,
    act: Callable[..., Awaitable[Seen]],
    status: int = 200,
) -> Response:
    async def again(done: Answered) -> Seen:
        case_id = CaseId(UUID(done.object_id))
        try:
            return await _found(database, cipher, caller, case_id)
        except NotFound:
            # who gave the case away is answered again what became of it then, and no more
            async with database.reading() as connection:
                return await commands.as_answered(connection, cipher, case_id, done.version or 1)

    def acted(unit: UnitOfWork) -> Awaitable[Seen]:
        return act(unit, caller=caller, cipher=cipher)

    return await answer(
        database.act(caller.actor, acted, once), show=partial(_shown, caller, status=status), again=again
    )


async def _found(database: Database, cipher: FieldCipher, caller: Principal, case_id: UUID) -> Seen:
    async with database.reading() as connection:
        return await commands.get(connection, caller, cipher, CaseId(case_id))


def _shown(caller: Principal, seen: Seen, status: int = 200) -> Response:
    location = f"{router.prefix}/{seen.id}" if status == 201 else None
    return resource(CaseAnswer.of(seen, caller), seen.version, status, location)
