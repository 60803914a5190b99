"""A third import needs its columns, row rules, load, plan and write only, and then has all that an import has."""

import inspect
import io
from typing import Any
from uuid import UUID

import badges
import openpyxl
import pytest

from common.codes import CodeEntry, CodeLists
from common.identifiers import OperationId
from common.imports import Fault
from common.operations import storage
from testing.waiting import eventually

GOOD = ["1,张三,金徽章,2024", "2,李四,银徽章,", "3,王五,金徽章,2024届"]
FAULTY = ["1,张三,铜徽章,2024", "200000000002,李四,,2024", "3,王五,金徽章,2023", "4,赵六,金徽章,", "4,赵六,银徽章,"]


def counts(operation: dict[str, Any]) -> list[int]:
    return [operation["result"][name] for name in ("created", "updated", "unchanged", "rejected")]


def faults(operation: dict[str, Any]) -> list[tuple[int, str, str]]:
    return [(each["row"], each["column"], each["rule"]) for each in operation["errors"]]


def test_it_is_short() -> None:
    assert len(inspect.getsource(badges).splitlines()) <= 150


async def test_rows_are_stored_and_the_same_file_again_changes_nothing(office: Any) -> None:
    done = await office.send(GOOD)
    assert (done["state"], counts(done), done["progress"]) == ("succeeded", [3, 0, 0, 0], {"done": 3, "total": 3})
    assert await office.stored() == [("1", "gold"), ("2", "silver"), ("3", "gold")]
    assert counts(await office.send([*GOOD[:2], "3,王五,银徽章,"])) == [0, 1, 2, 0]
    assert await office.stored("SELECT count(*) FROM audit_entries WHERE action = 'badge_import'") == [(2,)]


async def test_one_faulty_row_refuses_the_file_and_all_are_explained(office: Any) -> None:
    done = await office.send([*GOOD[1:2], *FAULTY])
    assert (done["state"], counts(done)) == ("failed", [0, 0, 0, 4])
    assert faults(done) == [
        (3, "徽章", "unknown_label"),
        (4, "徽章", "required"),
        (5, "毕业年份", "other_cohort"),
        (7, "学号", "duplicate_in_file"),
    ]
    assert (await office.stored(), done["errors_total"]) == ([], 4)
    report = await office.http.get(done["error_report"])
    sheet = openpyxl.load_workbook(io.BytesIO(report.content)).active
    assert sheet is not None
    table = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [len(table), table[0][:4], table[1][:3]] == [
        5,
        ["学号", "姓名", "徽章", "毕业年份"],
        ["1", "张三", "铜徽章"],
    ]
    assert str(table[1][-1]).startswith("徽章：")


async def test_skip_stores_the_good_rows_and_a_dry_run_none(office: Any) -> None:
    for on_error, state, expected in (("reject", "failed", [0, 0, 0, 4]), ("skip", "succeeded", [2, 0, 0, 4])):
        dry = await office.send([*GOOD[1:2], *FAULTY], dry_run="true", on_error=on_error)
        assert (dry["state"], counts(dry), await office.stored()) == (state, expected, [])
    done = await office.send([*GOOD[1:2], *FAULTY], on_error="skip")
    assert (done["state"], counts(done)) == ("succeeded", [2, 0, 0, 4])
    assert await office.stored() == [("2", "silver"), ("4", "gold")]


async def test_warnings_keep_no_row_out_and_are_counted_in_rows(office: Any, monkeypatch: Any) -> None:
    plan = badges.BadgeImport.plan

    def warn(self: Any, rows: Any, loaded: Any) -> Any:
        for row in rows:
            row.warnings += [Fault("badge", "age_unusual")] * 2 if row.badge == "gold" else []
        return plan(self, rows, loaded)

    monkeypatch.setattr(badges.BadgeImport, "plan", warn)
    for rows, on_error, expected in ((GOOD, "reject", "succeeded"), ([*GOOD, *FAULTY[2:3]], "reject", "failed")):
        done = await office.send(rows, on_error=on_error)
        assert (done["state"], done["result"]["warnings"]) == (expected, {"age_unusual": 2 + (expected == "failed")})
    done = await office.send([*GOOD, *FAULTY[2:3]], on_error="skip")
    assert (done["result"]["warnings"], done["errors_total"]) == ({"age_unusual": 3}, 2)
    assert [each["row"] for each in done["warnings"]] == [2, 2, 4, 4, 5, 5]


async def test_all_rows_are_judged_by_the_code_lists_of_the_beginning(office: Any, monkeypatch: Any) -> None:
    plan, before = badges.BadgeImport.plan, CodeLists.load()
    asked: list[CodeLists] = []

    def add_a_code(self: Any, rows: Any, loaded: Any) -> Any:
        added = CodeEntry("47", "低空经济", None, None, None, f"notice {len(asked)}", verified=False)
        CodeLists.use({"industry": [added]}, CodeLists.turn())
        asked.append(CodeLists.load())
        return plan(self, rows, loaded)

    monkeypatch.setattr(badges.BadgeImport, "plan", add_a_code)
    await office.send(GOOD, on_error="skip")
    assert asked == [before] * 2
    await office.send(GOOD)
    assert len({lists.version for lists in [*asked, CodeLists.load()]}) == 3


async def test_an_import_whose_worker_was_killed_is_finished_by_another(office: Any) -> None:
    """The repetition of a row of the chunk that is committed is found, too."""
    path = await office.post([*GOOD, "1,张三,金徽章,", "5,钱七,金徽章,"], on_error="skip")
    await office.kill_a_worker()
    assert await office.stored() == [("1", "gold"), ("2", "silver")]
    healthy = badges.badge_runner(office.database, office.cipher)
    await eventually(healthy.run_once, describe="the operation taken up again")
    done = await office.operation(path)
    assert (done["state"], counts(done)) == ("succeeded", [4, 0, 0, 1])
    assert faults(done) == [(5, "学号", "duplicate_in_file")]


@pytest.mark.parametrize("noted", [{"2": [["badge", "unknown_label"]]}, [[2, "徽章", "unknown_label", "铜徽章"]]])
async def test_an_import_that_began_before_the_common_pipeline_goes_on(office: Any, noted: Any) -> None:
    path = await office.post([*FAULTY[:1], *GOOD[1:2], "5,钱七,金徽章,"], on_error="skip")
    await note_the_first_part(office, path, created=1, rejected=1, faults=noted)
    await badges.badge_runner(office.database, office.cipher).run_once()
    done = await office.operation(path)
    assert (done["state"], counts(done)) == ("succeeded", [2, 0, 0, 1])
    assert faults(done) == [(2, "徽章", "unknown_label")]
    assert done["errors"][0]["value"] == "铜徽章"
    assert await office.stored() == [("5", "gold")]


async def test_a_file_stored_whole_before_the_common_pipeline_is_not_imported_again(office: Any) -> None:
    path = await office.post(GOOD)
    await note_the_first_part(office, path, created=3, rejected=0, faults={})
    await badges.badge_runner(office.database, office.cipher).run_once()
    done = await office.operation(path)
    assert (done["state"], counts(done), await office.stored()) == ("succeeded", [3, 0, 0, 0], [])


async def note_the_first_part(office: Any, path: str, **outcome: Any) -> None:
    noted = {"updated": 0, "unchanged": 0, "change_token": None, **outcome}
    async with storage.changing(office.database) as connection:
        assert await storage.mark_chunk(connection, OperationId(UUID(path.rpartition("/")[2])), 0, noted)
