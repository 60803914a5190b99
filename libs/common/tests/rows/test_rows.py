"""Rows into dataclasses, over a real result of SQLAlchemy."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import JSON, Integer, Result, create_engine, literal, select, type_coerce
from sqlalchemy.exc import MultipleResultsFound, NoResultFound

from common import rows
from common.errors import Message
from common.identifiers import WaveId


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


def result(*rows_: dict[str, Any]) -> Result[Any]:
    engine = create_engine("sqlite://")
    statements = [select(*(_column(value).label(name) for name, value in row.items())) for row in rows_]
    with engine.connect() as connection:
        return connection.execute(
            statements[0].union_all(*statements[1:]) if statements[1:] else statements[0]
        ).freeze()()


def _column(value: Any) -> Any:
    return type_coerce(literal(value, JSON), JSON) if isinstance(value, dict | list) else literal(value)


COLUMNS = {"id": ID, "cohort": 2024, "phase": "open", "before": None, "title": {"zh": "问卷", "en": "Questions"}}


def test_one_takes_columns_by_name_and_nested_values_from_the_same_row() -> None:
    made = rows.one(Wave, result({**COLUMNS, "unused": 1}))
    assert made == Wave(WaveId(ID), Plan(2024, Phase.OPEN), None, Message("问卷", "Questions"))
    assert type(made.plan.phase) is Phase
    assert type(made.id) is UUID


def test_optional_enumerations_and_arrays_are_converted() -> None:
    made = rows.one(Wave, result({**COLUMNS, "before": "closed", "eligible": 3, "notes": ["a", "b"]}))
    assert (made.before, made.eligible, made.notes) == (Phase.CLOSED, 3, ("a", "b"))


def test_json_arrays_of_objects_become_tuples_of_dataclasses() -> None:
    made = rows.one(Page, result({"texts": [{"zh": "一", "en": "one"}, {"zh": "二", "en": "two"}]}))
    assert made == Page((Message("一", "one"), Message("二", "two")))


def test_a_given_function_makes_its_field_of_the_row() -> None:
    made = rows.one(Wave, result({**COLUMNS, "more": 5}), eligible=lambda row: row.more + 1)
    assert made.eligible == 6


def test_one_refuses_none_and_many() -> None:
    empty = select(literal(1, Integer).label("cohort"), literal("open").label("phase")).where(literal(value=False))
    with create_engine("sqlite://").connect() as connection:
        assert rows.one_or_none(Plan, connection.execute(empty)) is None
        with pytest.raises(NoResultFound):
            rows.one(Plan, connection.execute(empty))
    with pytest.raises(MultipleResultsFound):
        rows.one(Plan, result({"cohort": 1, "phase": "open"}, {"cohort": 2, "phase": "open"}))


def test_all_keeps_the_order() -> None:
    made = rows.all(Plan, result({"cohort": 1, "phase": "open"}, {"cohort": 2, "phase": "closed"}))
    assert made == [Plan(1, Phase.OPEN), Plan(2, Phase.CLOSED)]


def test_a_field_without_source_and_a_source_without_field_are_mistakes() -> None:
    with pytest.raises(TypeError, match=r"no column for Plan\.phase"):
        rows.one(Plan, result({"cohort": 1}))
    with pytest.raises(TypeError, match="has no field colour"):
        rows.one(Plan, result({"cohort": 1, "phase": "open"}), colour=lambda _row: 1)


def test_types_are_looked_at_once_for_a_query(monkeypatch: pytest.MonkeyPatch) -> None:
    rows.one(Plan, result({"cohort": 1, "phase": "open"}))
    monkeypatch.setattr(rows, "get_type_hints", lambda _kind: pytest.fail("looked again"))
    rows.one(Plan, result({"cohort": 2, "phase": "open"}))


def test_a_dataclass_that_is_made_by_keywords_only_is_made_so() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Term:
        eligible: int = 7
        cohort: int

    assert rows.one(Term, result({"cohort": 2024})) == Term(cohort=2024)
