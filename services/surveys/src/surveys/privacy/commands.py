"""Acts on privacy statements."""

from common.auth import Principal, Role
from common.database import UnitOfWork
from common.errors import ExpectedVersion, Invalid, must_equal
from common.identifiers import SchoolCode
from common.sql import Connection
from surveys.privacy.domain import (
    Said,
    SaidChange,
    Statement,
    StatementId,
    StatementPublished,
    StatementState,
    StatementVersion,
    said_of,
    shipped,
    untranslated,
)
from surveys.privacy.storage import statements as storage
from surveys.questionnaires.commands import owner_of, permitted


async def create(unit: UnitOfWork, *, caller: Principal, said: Said) -> Statement:
    """Begins a draft of the caller's school; an admin's may be named by any school's wave. Raises Forbidden."""
    made = await storage.add(unit.connection, owner_of(caller), said)
    await _audit(unit, "create", made)
    return made


async def edit(
    unit: UnitOfWork, *, caller: Principal, statement_id: StatementId, expected: ExpectedVersion, change: SaidChange
) -> Statement:
    """Changes the draft; what was published stays published.

    Raises NotFound, Forbidden, or the refusals of a precondition.
    """
    found = await _locked(unit, caller, statement_id)
    must_equal(expected, found.version)
    said, state = change.applied_to(said_of(found)), StatementState.DRAFT
    if found.published_version is not None:
        newest = await storage.version_of(unit.connection, found.id, found.published_version)
        # whichever way it got there, what the newest version says is published
        if newest is not None and said_of(newest) == said:
            state = StatementState.PUBLISHED
    changed = await storage.save(unit.connection, found, said, state=state.value)
    await _audit(unit, "edit", changed)
    return changed


async def publish(
    unit: UnitOfWork, *, caller: Principal, statement_id: StatementId, expected: ExpectedVersion
) -> Statement:
    """Freezes the draft as the next version.

    Raises NotFound, Forbidden, the refusals of a precondition, StatementPublished, or Invalid for what is untranslated.
    """
    found = await _locked(unit, caller, statement_id)
    must_equal(expected, found.version)
    if found.state is StatementState.PUBLISHED:
        raise StatementPublished(state=found.state.value, allowed_transitions=[])
    if problems := [*untranslated(found)]:
        raise Invalid(problems)
    number = (found.published_version or 0) + 1
    await storage.add_version(unit.connection, found, number)
    state = StatementState.PUBLISHED.value
    published = await storage.save(unit.connection, found, found, state=state, published_version=number)
    await _audit(unit, "publish", published)
    return published


async def statement_for(
    connection: Connection, school_code: SchoolCode, statement_id: StatementId | None
) -> StatementVersion:
    """What the respondents of a school's wave read now; `statement_id` is the statement that the wave names."""
    return await storage.newest(connection, school_code, statement_id) or shipped()


async def _locked(unit: UnitOfWork, caller: Principal, statement_id: StatementId) -> Statement:
    scope = caller.row_scope()
    found = permitted(caller, await storage.find(unit.connection, scope, statement_id, for_update=True))
    if found.school_code is None:
        caller.must_be(Role.ADMIN)
    return found


async def _audit(unit: UnitOfWork, act: str, statement: Statement) -> None:
    await unit.audit(
        f"privacy_statement.{act}",
        "privacy_statement",
        statement.id,
        school_code=statement.school_code,
        detail={"version": statement.version, "published_version": statement.published_version},
    )
