"""Which rows and schools a principal sees: by hand for each role, and SQL against Python for all combinations."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Column, Table, Text, Uuid, column, insert, select

from common.auth import Owners, Principal, Role, RowScope, ScopeMissing
from common.database import Database, new_metadata
from common.errors import Forbidden, NotFound
from testing.databases import committed, service_database

ANNA, BERT = UUID(int=1), UUID(int=2)
ROW: Owners[object] = Owners(
    school_code="90001", college_code="C1", class_code="K1", graduate_id=ANNA, province_code="410000"
)


def principal(role: str, **scope: Any) -> Principal:
    return Principal("someone", Role(role), **scope)


SEES = [
    principal("admin"),
    principal("system"),
    principal("school_officer", school_code="90001"),
    principal("survey_manager", school_code="90001"),
    principal("college_officer", school_code="90001", college_code="C1"),
    principal("counsellor", school_code="90001", class_codes=frozenset({"K1"})),
    principal("counsellor", school_code="90001", college_code="C1", class_codes=frozenset({"K1"})),
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
    principal("counsellor", school_code="90002", class_codes=frozenset({"K1"})),
    principal("counsellor", school_code="90001", college_code="C2", class_codes=frozenset({"K1"})),
    principal("graduate"),
    principal("graduate", school_code="90001"),
    principal("graduate", graduate_id=BERT),
    principal("provincial_officer"),
    principal("provincial_officer", province_code="420000"),
    principal("provincial_officer", school_code="90001"),
]


@pytest.mark.parametrize("caller", SEES, ids=str)
def test_sees_the_row(caller: Principal) -> None:
    assert caller.sees_row(ROW)


@pytest.mark.parametrize("caller", BLIND, ids=str)
def test_does_not_see_the_row(caller: Principal) -> None:
    assert not caller.sees_row(ROW)


def test_a_provincial_officer_sees_no_row_whose_province_is_not_told() -> None:
    assert not principal("provincial_officer", province_code="410000").sees_row(replace(ROW, province_code=None))


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


def test_an_auditor_sees_the_records_of_persons_whose_rows_it_does_not_see() -> None:
    seen = [principal("auditor", **claims).record_scope() for claims in ({}, {"school_code": "90001"})]
    other = replace(ROW, school_code="90002")
    assert [[scope.allows(row) for row in (ROW, other)] for scope in seen] == [[True, True], [True, False]]
    for caller in SEES + BLIND:
        if caller.role is not Role.AUDITOR:
            assert caller.record_scope() == caller.row_scope()


def test_the_role_is_judged_only_when_asked() -> None:
    caller = principal("graduate", graduate_id=ANNA)
    caller.must_be(Role.GRADUATE, Role.COUNSELLOR)
    caller.must_be_in({Role.GRADUATE})
    with pytest.raises(Forbidden):
        caller.must_be(Role.ADMIN)


def test_an_officer_of_a_college_is_cut_to_it_and_without_one_to_nothing() -> None:
    assert principal("college_officer", school_code="90001", college_code="C1").own_college() == "C1"
    assert principal("school_officer", school_code="90001", college_code="C1").own_college() is None
    with pytest.raises(NotFound):
        principal("college_officer", school_code="90001").own_college()


IDS = {"graduate_id", "employer_id"}
NAMES = tuple(each.name for each in fields(Owners))
metadata = new_metadata()
rows = Table("rows", metadata, *(Column(name, Uuid if name in IDS else Text, nullable=True) for name in NAMES))
VALUES: Mapping[str, tuple[object, ...]] = {
    "school_code": ("90001", "90002"),
    "college_code": ("A", None),
    "class_code": ("A", "B", None),
    "graduate_id": (ANNA, BERT),
    "province_code": ("410000", "420000"),
    "employer_id": (ANNA, None),
    "office_id": ("A", None),
}
ALL_ROWS = [dict(zip(NAMES, row, strict=True)) for row in product(*(VALUES[name] for name in NAMES))]


def all_callers() -> Iterator[Principal]:
    """Every role with every set of claims, one class or several."""
    single = [name for name in NAMES if name != "class_code"]
    for role, classes in product(Role, (frozenset(), frozenset({"B"}), frozenset({"A", "B"}))):
        for present in product((True, False), repeat=len(single)):
            claims = {name: VALUES[name][0] for name, there in zip(single, present, strict=True) if there}
            yield principal(role, class_codes=classes, **claims)


async def test_sql_and_python_decide_alike() -> None:
    scopes = {repr(caller.row_scope()): caller.row_scope() for caller in all_callers()}
    columns = Owners[Any](**{name: rows.c[name] for name in NAMES})
    async with service_database("example_service", metadata) as address:
        database = Database.connect(address.app_url)
        async with committed(database) as connection:
            await connection.execute_many(insert(rows), ALL_ROWS)
            for scope in scopes.values():
                found = await connection.execute(select(rows).where(scope.shape.condition(columns)), scope.values)
                allowed = {tuple(row.values()) for row in ALL_ROWS if scope.allows(Owners(**row))}
                assert {tuple(row) for row in found} == allowed, scope
        await database.dispose()
    assert len(scopes) > 10


def test_a_counsellor_sees_every_class_of_the_token_and_no_other() -> None:
    counsellor = principal("counsellor", school_code="90001", class_codes=frozenset({"K1", "K2"}))
    seen = [counsellor.sees_row(replace(ROW, class_code=code)) for code in ("K1", "K2", "K3", None)]
    assert seen == [True, True, False, False]


@pytest.mark.parametrize(
    ("role", "claim", "part"), [("employer", BERT, "employer_id"), ("office", "ARCHIVE", "office_id")]
)
def test_employers_and_offices_see_the_rows_that_name_them(role: str, claim: object, part: str) -> None:
    caller = principal(role, **{part: claim})
    assert caller.sees_row(replace(ROW, **{part: claim}))
    assert not caller.sees_row(ROW)
    assert principal(role).row_scope().nothing


def test_callers_of_one_kind_share_their_statements() -> None:
    one, other = (principal("school_officer", school_code=code).row_scope() for code in ("90001", "90002"))
    assert one.shape == other.shape
    assert one.values != other.values
    classes = [
        principal("counsellor", school_code="90001", class_codes=frozenset(codes)).row_scope()
        for codes in (["K1"], ["K1", "K2"], ["K1", "K2", "K3"])
    ]
    assert classes[0].shape != classes[1].shape == classes[2].shape


def test_an_interviewer_sees_no_rows() -> None:
    assert principal("interviewer", school_code="90001", college_code="C1").row_scope().nothing


def test_an_oauth_scope_is_held_or_the_act_is_refused() -> None:
    caller = Principal("someone", Role.INTEGRATOR, scopes=frozenset({"leaving:read"}))
    caller.must_hold("leaving:read")
    with pytest.raises(ScopeMissing):
        caller.must_hold("sign:party")


def test_a_part_that_no_column_answers_hides_every_row() -> None:
    scope = principal("college_officer", school_code="90001", college_code="C1").row_scope()
    assert str(scope.shape.condition(Owners(school_code=column("school_code")))).endswith("false")
    assert RowScope().nothing
    assert not RowScope(everything=True).nothing
