"""Rows into dataclasses, over real results of PostgreSQL."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import literal, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import MultipleResultsFound, NoResultFound

from common import rows
from common.database import Database
from common.errors import Message
from common.identifiers import WaveId
from common.sql import Rows


class Phase(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True)
class Plan:
    cohort: int
    phase: Phase


@dataclass(frozen=True)
class Wave:
    id: WaveId
    plan: Plan
    before: Phase | None
    title: Message
    eligible: int = 7
    notes: tuple[str, ...] = field(default_factory=tuple)


@dataclass(frozen=True)
class Page:
    texts: tuple[Message, ...]


ID = uuid4()


Read = Callable[..., Awaitable[Rows]]


@pytest.fixture
async def result(postgres_url: str) -> AsyncIterator[Read]:
    """Reads rows with these values."""
    database = Database.connect(postgres_url)

    async def read(*rows_: dict[str, Any]) -> Rows:
        statements = [select(*(_column(value).label(name) for name, value in row.items())) for row in rows_]
        async with database.reading() as connection:
            return await connection.execute(
                statements[0].union_all(*statements[1:]) if statements[1:] else statements[0]
            )

    yield read
    await database.dispose()


def _column(value: Any) -> Any:
    return literal(value, JSONB) if isinstance(value, dict | list) else literal(value)


COLUMNS = {"id": ID, "cohort": 2024, "phase": "open", "before": None, "title": {"zh": "问卷", "en": "Questions"}}


async def test_one_takes_columns_by_name_and_nested_values_from_the_same_row(result: Read) -> None:
    made = rows.one(Wave, await result({**COLUMNS, "unused": 1}))
    assert made == Wave(WaveId(ID), Plan(2024, Phase.OPEN), None, Message("问卷", "Questions"))
    assert type(made.plan.phase) is Phase
    assert isinstance(made.id, UUID)


async def test_optional_enumerations_and_arrays_are_converted(result: Read) -> None:
    made = rows.one(Wave, await result({**COLUMNS, "before": "closed", "eligible": 3, "notes": ["a", "b"]}))
    assert (made.before, made.eligible, made.notes) == (Phase.CLOSED, 3, ("a", "b"))


async def test_json_arrays_of_objects_become_tuples_of_dataclasses(result: Read) -> None:
    made = rows.one(Page, await result({"texts": [{"zh": "一", "en": "one"}, {"zh": "二", "en": "two"}]}))
    assert made == Page((Message("一", "one"), Message("二", "two")))


async def test_a_given_function_makes_its_field_of_the_row(result: Read) -> None:
    made = rows.one(Wave, await result({**COLUMNS, "more": 5}), eligible=lambda row: row.more + 1)
    assert made.eligible == 6


async def test_one_refuses_none_and_many(result: Read) -> None:
    assert rows.one_or_none(Plan, Rows()) is None
    assert rows.all(Plan, Rows()) == []
    with pytest.raises(NoResultFound):
        rows.one(Plan, Rows())
    with pytest.raises(MultipleResultsFound):
        rows.one(Plan, await result({"cohort": 1, "phase": "open"}, {"cohort": 2, "phase": "open"}))


async def test_all_keeps_the_order(result: Read) -> None:
    made = rows.all(Plan, await result({"cohort": 1, "phase": "open"}, {"cohort": 2, "phase": "closed"}))
    assert made == [Plan(1, Phase.OPEN), Plan(2, Phase.CLOSED)]


async def test_a_field_without_source_and_a_source_without_field_are_mistakes(result: Read) -> None:
    with pytest.raises(TypeError, match=r"no column for Plan\.phase"):
        rows.one(Plan, await result({"cohort": 1}))
    with pytest.raises(TypeError, match="has no field colour"):
        rows.one(Plan, await result({"cohort": 1, "phase": "open"}), colour=lambda _row: 1)


async def test_types_are_looked_at_once_for_a_query(result: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    rows.one(Plan, await result({"cohort": 1, "phase": "open"}))
    monkeypatch.setattr(rows, "get_type_hints", lambda _kind: pytest.fail("looked again"))
    rows.one(Plan, await result({"cohort": 2, "phase": "open"}))


async def test_a_dataclass_that_is_made_by_keywords_only_is_made_so(result: Read) -> None:
    @dataclass(frozen=True, kw_only=True)
    class Term:
        eligible: int = 7
        cohort: int

    assert rows.one(Term, await result({"cohort": 2024})) == Term(cohort=2024)


@dataclass
class Counted:
    cohort: int
    doubled: int = field(init=False)

    def __post_init__(self) -> None:
        self.doubled = 2 * self.cohort


@dataclass(frozen=True, slots=True)
class Slotted:
    cohort: int
    phase: Phase


@pytest.mark.parametrize(
    ("kind", "values"), [(Plan, [2024, Phase.OPEN]), (Slotted, [2024, Phase.OPEN]), (Counted, [2024])]
)
def test_a_value_is_built_as_its_init_would_make_it(kind: Any, values: list[Any]) -> None:
    build = rows.builder(kind)
    built, made = build(values), kind(*values)
    assert (built, hash(repr(built))) == (made, hash(repr(made)))
    assert built is not build(values)
    for wrong in (values[:-1], [*values, 1]):
        with pytest.raises((ValueError, TypeError)):
            build(wrong)
