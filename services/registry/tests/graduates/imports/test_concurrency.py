"""Imports beside each other and beside single writes, and imports that a worker leaves half-way."""

import asyncio
from functools import partial
from typing import Any

import httpx
import pytest
from importing import Json, Rows, counts

from common.crypto import FieldCipher
from common.database import Database
from common.errors import TransientError
from common.imports import ImportKind, run_import
from common.operations import OperationContext, OperationRunner, Outcome
from registry.graduates.imports.operations import KIND, RosterImport, roster_import
from testing.waiting import eventually

CHUNK = 40
HEADER = ["学号", "姓名", "学历", "院系", "专业名称"]


def table(first: int, count: int, level: str = "本科生毕业") -> list[list[Any]]:
    lines = [
        [f"{number:05}", "张三", level, f"学院{number % 3}", f"专业{number % 7}"]
        for number in range(first, first + count)
    ]
    return [HEADER, *lines]


async def submit(officer: httpx.AsyncClient, school: str, content: bytes, **form: str) -> str:
    fields = {"school_code": school, "cohort": "2024", **form}
    answer = await officer.post("/v1/imports/graduates", data=fields, files={"file": ("a.csv", content)})
    assert answer.status_code == 202, answer.text
    return answer.headers["location"]


async def test_two_imports_of_one_roster_create_each_graduate_once(
    officer: httpx.AsyncClient, school: str, files: Any, database: Database, cipher: FieldCipher, rows: Rows
) -> None:
    paths = [await submit(officer, school, files.csv(table(start, 300))) for start in (0, 150)]
    runners = [
        OperationRunner(database.patient, {KIND: partial(run_import, roster_import(cipher))}, cipher=cipher)
        for _ in paths
    ]
    await asyncio.gather(*(runner.run_once() for runner in runners))
    done = [(await officer.get(path)).json() for path in paths]
    assert [each["state"] for each in done] == ["succeeded"] * 2
    assert sorted(map(counts, done)) == [[150, 0, 150, 0], [300, 0, 0, 0]]
    numbers = "SELECT DISTINCT student_number_index FROM graduates WHERE school_code = :school"
    assert len(await rows(numbers, school=school)) == 450
    assert await rows("SELECT count(*) AS n FROM graduates WHERE school_code = :s", s=school) == [{"n": 450}]
    gaps = """
        SELECT key FROM outbox WHERE school_code = :school
        GROUP BY topic, key HAVING max(sequence) <> count(*) OR min(sequence) <> 1
    """
    assert await rows(gaps, school=school) == []


async def test_two_cohorts_share_the_units_they_bring(
    officer: httpx.AsyncClient, school: str, files: Any, database: Database, cipher: FieldCipher, rows: Rows
) -> None:
    paths = [await submit(officer, school, files.csv(table(0, 200)), cohort=cohort) for cohort in ("2023", "2024")]
    runners = [
        OperationRunner(database.patient, {KIND: partial(run_import, roster_import(cipher))}, cipher=cipher)
        for _ in paths
    ]
    await asyncio.gather(*(runner.run_once() for runner in runners))
    done = [(await officer.get(path)).json() for path in paths]
    assert [counts(each) for each in done] == [[200, 0, 0, 0]] * 2
    assert await rows("SELECT count(*) AS n FROM colleges WHERE school_code = :school", school=school) == [{"n": 3}]


async def test_single_writes_beside_an_import_are_not_lost(
    officer: httpx.AsyncClient, school: str, files: Any, runner: OperationRunner
) -> None:
    await submit(officer, school, files.csv(table(0, 50)))
    await runner.run_once()
    items = (await officer.get("/v1/graduates", params={"limit": 50})).json()["items"]
    path = await submit(officer, school, files.csv(table(0, 50, "本科生结业")), authoritative="accept")

    async def edit(item: Json) -> int:
        headers = {"If-Match": f'"{item["version"]}"'}
        answer = await officer.patch(f"/v1/graduates/{item['id']}", json={"sex_code": "1"}, headers=headers)
        return answer.status_code

    edited = items[:12]  # fewer than the pool has connections: writer and import share it here
    statuses, _ = await asyncio.gather(asyncio.gather(*map(edit, edited)), runner.run_once())
    assert counts((await officer.get(path)).json()) == [0, 50, 0, 0]
    after = {item["id"]: item for item in (await officer.get("/v1/graduates", params={"limit": 50})).json()["items"]}
    assert {item["status"] for item in after.values()} == {"completed"}
    for item, status in zip((after[each["id"]] for each in edited), statuses, strict=True):
        assert (item["sex_code"], item["version"]) == (("1", 3) if status == 200 else (None, 2))


@pytest.mark.parametrize("on_error", ["reject", "skip"])
async def test_an_import_that_single_writes_overtake_plans_anew(
    officer: httpx.AsyncClient,
    school: str,
    files: Any,
    database: Database,
    cipher: FieldCipher,
    rows: Rows,
    monkeypatch: pytest.MonkeyPatch,
    on_error: str,
) -> None:
    await submit(officer, school, files.csv(table(0, 60)))
    runner = OperationRunner(database.patient, {KIND: partial(run_import, roster_import(cipher, CHUNK))}, cipher=cipher)
    await runner.run_once()
    (known,) = (await officer.post("/v1/graduates/search", json={"student_number": "00050"})).json()["items"]
    write, look_up = RosterImport.write, RosterImport._looked_up
    answered: list[int] = []

    async def enters(self: Any, *given: Any) -> Any:
        """A graduate of the file is entered while its row is planned as a new one."""
        if len(answered) == 1:
            body = {"school_code": school, "cohort": 2024, "student_number": "00060", "name": "李四"}
            answered.append((await officer.post("/v1/graduates", json=body)).status_code)
        return await write(self, *given)

    async def edits(self: Any, *given: Any, **named: Any) -> Any:
        """A graduate of the file is changed before the work locks anything."""
        if not answered:
            headers = {"If-Match": f'"{known["version"]}"'}
            patched = await officer.patch(
                f"/v1/graduates/{known['id']}", json={"phone": "13800138000"}, headers=headers
            )
            answered.append(patched.status_code)
        return await look_up(self, *given, **named)

    form = {"on_error": on_error, "authoritative": "accept"}
    path = await submit(officer, school, files.csv(table(0, 100, "本科生结业")), **form)
    monkeypatch.setattr(RosterImport, "write", enters)
    monkeypatch.setattr(RosterImport, "_looked_up", edits)
    await runner.run_once()
    # in a whole file the rows are locked by then, and the change gives way
    assert answered == [503 if on_error == "reject" else 200, 201]
    done = (await officer.get(path)).json()
    assert (done["state"], counts(done)) == ("succeeded", [39, 61, 0, 0])
    found = await rows(
        "SELECT count(DISTINCT recorded_at) AS instants, count(*) AS n FROM graduates WHERE operation_id = :id",
        id=path.rpartition("/")[2],
    )
    assert found == [{"instants": 1 if on_error == "reject" else 3, "n": 100}]
    backwards = """
        SELECT 1 FROM graduate_versions v JOIN graduates g ON g.id = v.graduate_id
         WHERE g.school_code = :school AND (v.recorded_at >= g.recorded_at OR v.sequence >= g.sequence)
    """
    assert await rows(backwards, school=school) == []


@pytest.mark.parametrize("on_error", ["reject", "skip"])
async def test_an_import_that_broke_off_is_taken_up(
    officer: httpx.AsyncClient,
    school: str,
    files: Any,
    database: Database,
    cipher: FieldCipher,
    rows: Rows,
    on_error: str,
) -> None:
    content = table(0, 100)
    content[50][2] = "幼儿园" if on_error == "skip" else "本科生毕业"
    content.append(
        ["00003", "张三", "本科生毕业", None, None] if on_error == "skip" else ["00100", "张三", "31", None, None]
    )
    path = await submit(officer, school, files.csv(content), on_error=on_error)
    await OperationRunner(
        database.patient, {KIND: partial(dying, roster_import(cipher, CHUNK))}, cipher=cipher
    ).run_once()
    assert (await officer.get(path)).json()["state"] in {"queued", "running"}
    healthy = OperationRunner(
        database.patient, {KIND: partial(run_import, roster_import(cipher, CHUNK))}, cipher=cipher
    )
    await eventually(healthy.run_once, describe="the operation taken up again")
    done = (await officer.get(path)).json()
    assert (done["state"], counts(done)) == ("succeeded", [99, 0, 0, 2] if on_error == "skip" else [101, 0, 0, 0])
    stored = await rows("SELECT max(version) AS last, count(*) AS n FROM graduates WHERE school_code = :s", s=school)
    assert stored == [{"last": 1, "n": 99 if on_error == "skip" else 101}]


async def test_the_faults_of_a_stored_part_are_those_it_was_stored_with(
    officer: httpx.AsyncClient, school: str, files: Any, database: Database, cipher: FieldCipher
) -> None:
    header = ["学号", "考生号", "姓名"]
    first = [header, ["1", "E1", "张三"]]
    await submit(officer, school, files.csv(first))
    await OperationRunner(
        database.patient, {KIND: partial(run_import, roster_import(cipher))}, cipher=cipher
    ).run_once()
    table = [header, [None, "E1", "李四"], *([f"{number:05}", None, "王五"] for number in range(3 * CHUNK))]
    path = await submit(officer, school, files.csv(table), on_error="skip")
    await OperationRunner(
        database.patient, {KIND: partial(dying, roster_import(cipher, CHUNK))}, cipher=cipher
    ).run_once()
    (person,) = (await officer.post("/v1/graduates/search", json={"student_number": "1"})).json()["items"]
    given = {"name": "李四", "change_reason": "学籍更正"}
    renamed = await officer.patch(f"/v1/graduates/{person['id']}", json=given, headers={"If-Match": '"1"'})
    assert renamed.status_code == 200
    healthy = OperationRunner(
        database.patient, {KIND: partial(run_import, roster_import(cipher, CHUNK))}, cipher=cipher
    )
    await eventually(healthy.run_once, describe="the operation taken up again")
    done = (await officer.get(path)).json()
    assert counts(done) == [3 * CHUNK, 0, 0, 1]
    assert [(error["row"], error["column"], error["rule"], error["value"]) for error in done["errors"]] == [
        (2, "姓名", "name_mismatch", "李***")
    ]


async def dying(kind: ImportKind, context: OperationContext) -> Outcome:
    """A worker that loses its footing while it works, after some chunks."""
    progress = context.progress

    async def until_lost(done: int, total: int) -> None:
        if done > CHUNK:
            raise TransientError
        await progress(done, total)

    context.progress = until_lost  # type: ignore[method-assign]
    return await run_import(kind, context)
