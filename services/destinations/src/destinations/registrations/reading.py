"""Reads of registrations, cut to the caller's scope in SQL."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, text

from common.auth import Principal, Role, RowScope
from common.contracts import ChangeToken
from common.contracts.registration import TOPIC
from common.database import Database
from common.errors import NotFound
from common.identifiers import RegistrationId
from destinations.registrations import storage, tables
from destinations.registrations.domain.lifecycle import Stage, State
from destinations.registrations.domain.registration import Registration
from destinations.registrations.history import Version, versions
from destinations.roster import tables as roster_tables

_PUBLISHED = text(
    """
    SELECT sequence FROM outbox
     WHERE topic = :topic AND key = :key AND data ->> 'registration_id' = :registration_id
       AND CAST(data ->> 'version' AS int) = :version
    """
)


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; None narrows nothing."""

    school: str | None = None
    cohort: int | None = None
    college: str | None = None
    major: str | None = None
    class_: str | None = None
    state: State | None = None
    destination: str | None = None

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """The filters in SQL."""
        registrations, graduates = tables.registrations.c, roster_tables.graduates.c
        wanted = {
            registrations.school_code: self.school,
            registrations.cohort: self.cohort,
            graduates.college_code: self.college,
            graduates.major_code: self.major,
            graduates.class_code: self.class_,
            registrations.destination_code: self.destination,
        }
        yield from (column == value for column, value in wanted.items() if value is not None)
        if self.state is not None:
            yield registrations.stage.in_([stage.value for stage in Stage if stage.state is self.state])


def scope_of(caller: Principal) -> RowScope:
    """The registrations a caller may see; surveys need none of them."""
    return RowScope() if caller.role is Role.SURVEY_MANAGER else caller.row_scope()


async def one(database: Database, caller: Principal, registration_id: RegistrationId) -> Registration:
    """The registration as the caller may see it; raises NotFound."""
    async with database.reading() as connection:
        found = await storage.find(connection, scope_of(caller), registration_id)
    if found is None:
        raise NotFound
    return found


async def page(
    database: Database, caller: Principal, filters: Filters, after: list[UUID] | None, limit: int
) -> list[Registration]:
    """Registrations of the caller's scope in the order of their ids."""
    beyond = RegistrationId(after[0]) if after else None
    async with database.reading() as connection:
        return await storage.page(connection, scope_of(caller), list(filters.conditions()), beyond, limit)


async def history(
    database: Database, caller: Principal, registration_id: RegistrationId, beyond: int, limit: int
) -> list[Version]:
    """Versions of a registration that the caller may see; raises NotFound."""
    await one(database, caller, registration_id)
    async with database.reading() as connection:
        return await versions(connection, registration_id, beyond, limit)


async def token_of(database: Database, registration: Registration, version: int) -> ChangeToken | None:
    """The token of what one version published, if it published anything."""
    graduate = registration.graduate
    values = {
        "topic": TOPIC,
        "key": str(graduate.id),
        "registration_id": str(registration.id),
        "version": version,
    }
    async with database.reading() as connection:
        sequence = await connection.scalar(_PUBLISHED, values)
    return ChangeToken(TOPIC, graduate.school_code, str(graduate.id), sequence) if sequence else None
