"""Which rows and schools a principal sees: by hand for each role, and SQL against Python for all combinations."""

from itertools import product
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Column, Table, Text, Uuid, column, insert, select

from common.auth import Principal, Role, RowScope
from common.database import Database, new_metadata
from common.errors import Forbidden
from testing.databases import service_database

ANNA, BERT = UUID(int=1), UUID(int=2)
ROW = ("90001", "C1", "K1", ANNA, "410000")


def principal(role: str, **scope: Any) -> Principal:
    return Principal("someone", Role(role), **scope)


SEES = [
    principal("admin"),
    principal("system"),
    principal("school_officer", school_code="90001"),
    principal("survey_manager", school_code="90001"),
    principal("college_officer", school_code="90001", college_code="C1"),
    principal("counsellor", school_code="90001", class_code="K1"),
    principal("counsellor", school_code="90001", college_code="C1", class_code="K1"),
    principal("graduate", graduate_id=ANNA),
    principal("provincial_officer", province_code="410000"),
]
BLIND = [
    principal("ministry"),
    principal("auditor"),
    principal("auditor", school_code="90001"),
    principal("integrator", school_code="90001"),
    principal("employer", employer_id=UUID(int=3)),
    principal("school_officer"),
    principal("school_officer", school_code="90002"),
    principal("school_officer", graduate_id=ANNA),
    principal("college_officer", school_code="90001"),
    principal("college_officer", college_code="C1"),
    principal("college_officer", school_code="90002", college_code="C1"),
    principal("college_officer", school_code="90001", college_code="C2"),
    principal("counsellor", school_code="90001", college_code="C1"),
    principal("counsellor", school_code="90002", class_code="K1"),
    principal("counsellor", school_code="90001", college_code="C2", class_code="K1"),
    principal("graduate"),
    principal("graduate", school_code="90001"),
    principal("graduate", graduate_id=BERT),
    principal("provincial_officer"),
    principal("provincial_officer", province_code="420000"),
    principal("provincial_officer", school_code="90001"),
]


@pytest.mark.parametrize("caller", SEES, ids=str)
def test_sees_the_row(caller: Principal) -> None:
    assert caller.sees_row(*ROW)


@pytest.mark.parametrize("caller", BLIND, ids=str)
def test_does_not_see_the_row(caller: Principal) -> None:
    assert not caller.sees_row(*ROW)


def test_a_provincial_officer_sees_no_row_whose_province_is_not_told() -> None:
    assert not principal("provincial_officer", province_code="410000").sees_row(*ROW[:4])


@pytest.mark.parametrize(
    ("caller", "sees"),
    [
        (principal("admin"), True),
        (principal("ministry"), True),
        (principal("integrator"), True),
        (principal("integrator", school_code="90002"), False),
        (principal("school_officer", school_code="90001"), True),
        (principal("school_officer", school_code="90002"), False),
        (principal("college_officer", school_code="90001", college_code="C1"), True),
        (principal("provincial_officer", province_code="410000"), True),
        (principal("provincial_officer", province_code="420000"), False),
        (principal("graduate", graduate_id=ANNA), False),
        (principal("auditor"), False),
        (principal("employer"), False),
    ],
    ids=str,
)
def test_sees_the_school(caller: Principal, sees: bool) -> None:
    assert caller.sees_school("90001", "410000") is sees


def test_the_role_is_judged_only_when_asked() -> None:
    caller = principal("graduate", graduate_id=ANNA)
    caller.must_be(Role.GRADUATE, Role.COUNSELLOR)
    caller.must_be_in({Role.GRADUATE})
    with pytest.raises(Forbidden):
        caller.must_be(Role.ADMIN)


NAMES = ("school_code", "college_code", "class_code", "graduate_id", "province_code")
metadata = new_metadata()
rows = Table(
    "rows",
    metadata,
    *(Column(name, Uuid if name == "graduate_id" else Text, nullable=True) for name in NAMES),
)
ALL_ROWS = list(product(("90001", "90002"), ("A", None), ("A", "B", None), (ANNA, BERT), ("410000", "420000")))
CLAIMS = list(product(("90001", None), ("A", None), ("B", None), (ANNA, None), ("410000", None)))


async def test_sql_and_python_decide_alike() -> None:
    async with service_database("example_service", metadata) as address:
        database = Database.connect(address.app_url)
        async with database.engine.begin() as connection:
            await connection.execute(insert(rows), [dict(zip(NAMES, row, strict=True)) for row in ALL_ROWS])
            for role, claims in product(Role, CLAIMS):
                caller = principal(role, **dict(zip(NAMES, claims, strict=True)))
                condition = caller.row_scope().condition(**{name: rows.c[name] for name in NAMES})
                seen = {tuple(row) for row in await connection.execute(select(rows).where(condition))}
                assert seen == {row for row in ALL_ROWS if caller.sees_row(*row)}
        await database.dispose()


def test_a_part_that_no_column_answers_hides_every_row() -> None:
    scope = RowScope(school_code="90001", college_code="C1")
    assert str(scope.condition(school_code=column("school_code"))).endswith("false")
    assert RowScope().nothing
    assert not RowScope(everything=True).nothing
