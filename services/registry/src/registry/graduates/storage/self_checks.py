"""Self-checks in SQL: the roster says which version a graduate has confirmed, the versions what has changed since."""

from sqlalchemy import ColumnElement, and_, bindparam, case, exists, literal_column, or_, select, update

from common.identifiers import GraduateId
from common.sql import Connection
from registry.graduates.domain.self_check import FREE, SelfCheck
from registry.graduates.tables import graduate_versions, graduates

_CONFIRMED = graduates.c.self_checked_version
_FREE: ColumnElement[list[str]] = literal_column(f"'{{{', '.join(FREE)}}}'::text[]")


def _state() -> ColumnElement[str]:
    newest_differs = ~graduates.c.changed_fields.contained_by(_FREE)
    earlier = select(graduate_versions.c.version).where(
        graduate_versions.c.graduate_id == graduates.c.id,
        graduate_versions.c.version > _CONFIRMED,
        ~graduate_versions.c.changed_fields.contained_by(_FREE),
    )
    has_changed = and_(graduates.c.version > _CONFIRMED, or_(newest_differs, exists(earlier)))
    words: dict[SelfCheck, ColumnElement[str]] = {state: literal_column(f"'{state.value}'") for state in SelfCheck}
    return case(
        (_CONFIRMED.is_(None), words[SelfCheck.UNCONFIRMED]),
        (has_changed, words[SelfCheck.OUTDATED]),
        else_=words[SelfCheck.CONFIRMED],
    )


SELF_CHECK = _state()
"""The state of the self-check of a row of the roster: a word of `SelfCheck`."""

_CONFIRM = (
    update(graduates).where(graduates.c.id == bindparam("of_id")).values(self_checked_version=graduates.c.version)
)


async def confirm(connection: Connection, graduate_id: GraduateId) -> None:
    """Stores that the newest version of a locked graduate is confirmed; it stays as it is."""
    await connection.execute(_CONFIRM, {"of_id": graduate_id})
