"""Every pair of acts that lock the same rows meets in both directions: one lock order, so no deadlock."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from colliding import ADMIN, COHORT, an_import, table_of

from common.auth import Principal, Role
from common.codes import Cell, CodeEntry
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.errors import Versions
from common.identifiers import GraduateId, MajorCode, OperationId, SchoolCode
from common.operations import OperationContext
from common.operations.storage import Claimed
from common.spreadsheets.headers import find_header
from registry.codes import commands as codes
from registry.codes.domain import EntryPlan
from registry.corrections import commands as corrections
from registry.corrections.domain import CorrectionPlan
from registry.graduates import commands as graduates
from registry.import_mappings import commands as import_mappings
from registry.organisation import commands as organisation
from registry.organisation.domain import Kind, OrganisationUnit, Place
from registry.organisation.imports.columns import COLUMNS as UNIT_COLUMNS
from registry.organisation.imports.operations import KIND as UNITS
from registry.organisation.imports.operations import UnitImport
from registry.population_changes import commands as changes
from registry.population_changes.domain import Change, ChangePlan, FileTexts
from registry.population_changes.imports.columns import COLUMNS as CHANGE_COLUMNS
from registry.population_changes.imports.operations import KIND as CHANGES
from registry.population_changes.imports.operations import ChangeImport
from registry.population_changes.storage import keep_texts
from registry.reveals import commands as reveals
from registry.reveals.domain import Asked
from testing.collisions import Act, meet

Json = dict[str, Any]

ANY = Versions(any=True)
PLACE = CodeEntry("500999", "两江新区", None, date(2024, 5, 1), None, "a notice", False)
KNOWN = {"学号": "2020001", "姓名": "张三", "院系代码": "C2", "专业代码": "M1", "班级代码": "K2", "班级": "二班"}
"""A row about the graduate, of a second college of the major."""
NEW = {"学号": "2020002", "姓名": "李四"}
ENTERED = {"student_number": "2020002", "name": "李四", "college_code": "C1", "major_code": "M1"}

PAIRS = [
    ("add code", "add code"),
    ("enter", "enter"),
    ("enter", "import of the same"),
    ("change", "import"),
    ("change", "change"),
    ("confirm", "change"),
    ("confirm", "import"),
    ("reveal", "reveal"),
    ("save mapping", "save mapping"),
    ("save mapping", "delete mapping"),
    ("delete mapping", "delete mapping"),
    ("create class", "create class"),
    ("create class", "change major"),
    ("create class", "import"),
    ("change major", "change major"),
    ("change major", "change school"),
    ("change major", "import"),
    ("change school", "import"),
    ("import", "import"),
    ("import", "part of an import"),
    ("import of the same", "import of the same"),
    ("import of the same", "part of an import"),
    ("part of an import", "part of an import"),
    ("import units", "create class"),
    ("import units", "change major"),
    ("import units", "change school"),
    ("import units", "import"),
    ("import units", "import units"),
]
"""Acts that lock rows or a roster that the other one locks, too."""

PAIRS_WITH_CHANGES = [
    ("ask", "ask"),
    ("leave out", "approve"),
    ("approve", "approve"),
    ("approve", "refuse"),
    ("approve", "take back"),
    ("approve", "change"),
    ("approve", "import"),
    ("import changes", "ask"),
    ("import changes", "import changes"),
    ("approve", "part of an import"),
]
"""The same of acts on one population change, and of a file that asks for others."""

PAIRS_WITH_CORRECTIONS = [
    ("ask for a correction", "ask for a correction"),
    ("approve a correction", "approve a correction"),
    ("approve a correction", "change"),
]
"""The same of acts on one field of a graduate."""

PAIRS_WITH_DUPLICATES = [("approve one", "approve the other"), ("ask for the other", "approve the first")]
"""The same of acts on two changes, each of which keeps the entry that the other one takes out."""


@pytest.fixture
async def acts(
    admin: httpx.AsyncClient, cipher: FieldCipher, school: SchoolCode, graduate: Json, database: Database
) -> Mapping[str, Act]:
    """The acts of both areas on one school, and an import of a row that changes the graduate and the major."""
    colleges = [("colleges", {"code": code, "name": f"学院{code}"}) for code in ("C1", "C2")]
    for path, body in [*colleges, ("majors", {"code": "M1", "name": "数学", "college_code": "C1"})]:
        assert (await admin.post(f"/v1/schools/{school}/{path}", json=body)).status_code == 201
    officer = Principal(subject="officer", role=Role.SCHOOL_OFFICER, school_code=school)
    mapping: dict[str, Any] = {"caller": officer, "school_code": school, "name": "M"}
    save_mapping = partial(import_mappings.save, **mapping, fields=("name", "phone"))
    await database.act(officer.actor, partial(save_mapping, columns={"甲": "phone"}))
    enter = partial(graduates.create, caller=ADMIN, cipher=cipher, school_code=school, cohort=COHORT, given=ENTERED)
    graduate_id = GraduateId(UUID(graduate["id"]))
    change = partial(
        graduates.change,
        caller=Principal(subject="officer", role=Role.SCHOOL_OFFICER, school_code=school),
        cipher=cipher,
        graduate_id=graduate_id,
        expected=ANY,
        given={"sex_code": "1", "college_code": "C1"},
    )
    new = OrganisationUnit(kind=Kind.CLASS, school_code=school, code="K1", name="一班", major_code=MajorCode("M1"))
    create_class = partial(organisation.create, caller=ADMIN, new=new)
    renamed = partial(organisation.change, caller=ADMIN, expected=ANY, given={"name": "新名"})
    change_major = partial(renamed, place=Place(Kind.MAJOR, school, "M1"))
    change_school = partial(renamed, place=Place(Kind.SCHOOL, school, school))

    return {
        "add code": partial(codes.add, caller=ADMIN, plan=EntryPlan("division", PLACE)),
        "enter": enter,
        "change": change,
        "confirm": partial(
            graduates.confirm,
            caller=Principal(subject="graduate", role=Role.GRADUATE, graduate_id=graduate_id),
            cipher=cipher,
            graduate_id=graduate_id,
            checked=1,
        ),
        "reveal": partial(
            reveals.reveal,
            caller=officer,
            cipher=cipher,
            asked=Asked("review", [graduate_id], ["name"]),
        ),
        "save mapping": partial(save_mapping, columns={"甲": "name"}),
        "delete mapping": partial(import_mappings.delete, **mapping),
        "create class": create_class,
        "change major": change_major,
        "change school": change_school,
        "import": an_import(database, cipher, school, KNOWN, "updated"),
        "import of the same": an_import(database, cipher, school, NEW, "created"),
        "part of an import": an_import(database, cipher, school, KNOWN, "updated", on_error="skip"),
        "import units": an_import_of_units(database, cipher, school),
    }


@pytest.fixture
async def change_acts(database: Database, cipher: FieldCipher, school: SchoolCode, graduate: Json) -> Mapping[str, Act]:
    """The acts on an open population change of two graduates, and one that asks for a change of two others."""
    graduate_id = GraduateId(UUID(graduate["id"]))
    asker, decider = (Principal(name, Role.SCHOOL_OFFICER, school_code=school) for name in ("asks", "decides"))
    enter = partial(graduates.create, caller=ADMIN, cipher=cipher, school_code=school, cohort=COHORT)
    others = [
        (await database.act(ADMIN.actor, partial(enter, given={"student_number": f"{at}", "name": "王五"}))).id
        for at in range(3)
    ]
    # in the file they stand in another order than that of their ids, by which locks are taken
    numbers = [f"{others.index(each)}" for each in sorted(others[1:], reverse=True)]
    plan = ChangePlan(
        school_code=school,
        cohort=COHORT,
        graduate_ids=(graduate_id, others[0]),
        change=Change.EXCLUDE,
        ground="international",
        duplicate_of=None,
        document=None,
        effective_on=None,
        reason="留学生",
    )
    ask = partial(changes.ask, caller=asker, cipher=cipher)
    change = await database.act(asker.actor, partial(ask, plan=plan))
    on_it: dict[str, Any] = {"cipher": cipher, "change_id": change.id, "expected": ANY}
    return {
        "ask": partial(ask, plan=replace(plan, graduate_ids=tuple(others[1:]))),
        "approve": partial(changes.approve, caller=decider, **on_it),
        "refuse": partial(changes.refuse, caller=decider, reason="不符", **on_it),
        "take back": partial(changes.withdraw, caller=asker, **on_it),
        "leave out": partial(changes.leave_out, caller=asker, graduate_ids=[graduate_id], **on_it),
        "import changes": an_import_of_changes(database, cipher, school, numbers),
    }


@pytest.fixture
async def correction_acts(
    database: Database, cipher: FieldCipher, school: SchoolCode, graduate: Json
) -> Mapping[str, Act]:
    """Asking for a correction of the graduate, and approving one of another field."""
    graduate_id = GraduateId(UUID(graduate["id"]))
    oneself = Principal("oneself", Role.GRADUATE, graduate_id=graduate_id)
    officer = Principal("officer", Role.SCHOOL_OFFICER, school_code=school)
    ask = partial(corrections.ask, caller=oneself, cipher=cipher)
    campus, unit = (
        CorrectionPlan(graduate_id=graduate_id, field=field, value="更正后", reason="有误")
        for field in ("campus", "commissioning_unit")
    )
    asked = await database.act(oneself.actor, partial(ask, plan=campus))
    on_it: dict[str, Any] = {"cipher": cipher, "correction_id": asked.id, "expected": ANY, "basis": None}
    return {
        "ask for a correction": partial(ask, plan=unit),
        "approve a correction": partial(corrections.approve, caller=officer, **on_it),
    }


@pytest.fixture
async def duplicate_acts(database: Database, cipher: FieldCipher, school: SchoolCode) -> Mapping[str, Act]:
    """Of two entries of a person, two open changes that keep one each; of two others one, and one that is asked."""
    asker, decider = (Principal(name, Role.SCHOOL_OFFICER, school_code=school) for name in ("asks", "decides"))
    enter = partial(graduates.create, caller=ADMIN, cipher=cipher, school_code=school, cohort=COHORT)
    entered = [
        (await database.act(ADMIN.actor, partial(enter, given={"student_number": f"9{at}", "name": "赵六"}))).id
        for at in range(4)
    ]
    # in the order of their locks
    one, other, first, second = sorted(entered)
    ask = partial(changes.ask, caller=asker, cipher=cipher)
    acts: dict[str, Act] = {"ask for the other": partial(ask, plan=a_duplicate(school, first, second))}
    for name, leaves, stays in (("one", one, other), ("the other", other, one), ("the first", second, first)):
        change = await database.act(asker.actor, partial(ask, plan=a_duplicate(school, leaves, stays)))
        on_it: dict[str, Any] = {"cipher": cipher, "change_id": change.id, "expected": ANY}
        acts[f"approve {name}"] = partial(changes.approve, caller=decider, **on_it)
    return acts


def a_duplicate(school: SchoolCode, leaves: GraduateId, stays: GraduateId) -> ChangePlan:
    """The exclusion of one entry of a person as the duplicate of another one."""
    return ChangePlan(
        school_code=school,
        cohort=COHORT,
        graduate_ids=(leaves,),
        change=Change.EXCLUDE,
        ground="duplicate",
        duplicate_of=stays,
        document=None,
        effective_on=None,
        reason="重复",
    )


def an_import_of_changes(database: Database, cipher: FieldCipher, school: SchoolCode, numbers: Sequence[str]) -> Act:
    """The same of a file that asks for population changes, of which each row becomes a request."""
    asked = {"change": "exclude", "ground": "international"}
    parameters = {"school_code": school, "cohort": COHORT, "kind": "csv", "on_error": "reject", **asked}
    work = Claimed(OperationId(uuid4()), CHANGES, "worker", 1, ADMIN.actor, school, None, parameters)
    header = CHANGE_COLUMNS.find([["学号", "姓名"]])
    assert header is not None

    async def imported(unit: UnitOfWork) -> None:
        run = ChangeImport(cipher, OperationContext(work, database, cipher), header)
        await keep_texts(unit, work.id, cipher=cipher, texts=FileTexts("留学生", None))
        rows = [[number, "王五"] for number in numbers]
        await run.lock_whole(unit, table_of(header, *rows))
        for at, row in enumerate(rows):
            read = run.read([(at, [*row])])
            plan = run.plan(read, await run.load(unit.connection, read))
            assert (await run.write(unit, plan)).counts["created"] == 1

    return imported


def an_import_of_units(database: Database, cipher: FieldCipher, school: SchoolCode) -> Act:
    """The same of a file of units: a class, and another name of the major."""
    parameters = {"school_code": school, "kind": "csv", "dry_run": False, "on_error": "reject"}
    rows: list[list[Cell]] = [
        ["类型", "代码", "名称", "专业代码"],
        ["班级", "K3", "三班", "M1"],
        ["专业", "M1", "应用数学", None],
    ]
    header = find_header(rows[:1], UNIT_COLUMNS.field_of_header)
    assert header is not None
    work = Claimed(OperationId(uuid4()), UNITS, "worker", 1, ADMIN.actor, school, None, parameters)

    async def imported(unit: UnitOfWork) -> None:
        run = UnitImport(OperationContext(work, database, cipher), header)
        await run.lock(unit)
        read = run.read(list(enumerate(rows[1:], 2)))
        written = await run.write(unit, run.plan(read, await run.load(unit.connection, read)))
        assert [each.faults for each in read] == [[], []]
        assert written.counts["updated"] == 1

    return imported


@pytest.mark.parametrize(("first", "second"), PAIRS)
async def test_acts_that_lock_the_same_rows_never_wait_in_a_circle(
    database: Database, acts: Mapping[str, Act], first: str, second: str
) -> None:
    await meet(database, acts[first], acts[second])


@pytest.mark.parametrize(("first", "second"), PAIRS_WITH_CHANGES)
async def test_acts_on_a_population_change_never_wait_in_a_circle(
    database: Database, acts: Mapping[str, Act], change_acts: Mapping[str, Act], first: str, second: str
) -> None:
    both = {**acts, **change_acts}
    await meet(database, both[first], both[second])


@pytest.mark.parametrize(("first", "second"), PAIRS_WITH_CORRECTIONS)
async def test_acts_on_a_correction_never_wait_in_a_circle(
    database: Database, acts: Mapping[str, Act], correction_acts: Mapping[str, Act], first: str, second: str
) -> None:
    both = {**acts, **correction_acts}
    await meet(database, both[first], both[second])


@pytest.mark.parametrize(("first", "second"), PAIRS_WITH_DUPLICATES)
async def test_acts_on_duplicates_of_each_other_never_wait_in_a_circle(
    database: Database, duplicate_acts: Mapping[str, Act], first: str, second: str
) -> None:
    await meet(database, duplicate_acts[first], duplicate_acts[second])


async def test_the_meeting_notices_one_pair_of_locks_in_the_other_order(
    database: Database, acts: Mapping[str, Act]
) -> None:
    """The order of the import above, with the units before the graduate."""

    async def swapped(unit: UnitOfWork) -> None:
        await acts["change major"](unit)
        await acts["change"](unit)

    with pytest.raises(Exception, match="serialisation_conflict"):
        await meet(database, swapped, acts["import"])
