"""Other programs read from each kind of file what was answered, over versions of a questionnaire."""

import json
import re
import socket
import subprocess
import sys
from array import array
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from exported import exported, fetched, read_sav, rows_of_csv, rows_of_sheet
from three_versions import EXPECTED, LONG, NEW, WORK, version

from common.crypto import FieldCipher
from common.database import Database
from common.operations import OperationRunner
from surveys.answers.commands import end_past
from surveys.exports.operations.statistics_file import MODULE
from surveys.results.commands import take_due

Json = dict[str, Any]

ANY = {"If-Match": "*"}
LEADING = ["respondent", "origin_province", "sex", "major", "college"]
SPSS_EPOCH = date(1582, 10, 14)


def in_order(rows: list[Json]) -> list[Json]:
    """In the order of the answers, which no file has."""
    keys = [(str(each["work"]), str(each["hours"])) for each in EXPECTED]
    told = {(str(row["work"]).removesuffix(".0"), str(row["hours"]).removesuffix(".0")): row for row in rows}
    return [told[key] for key in keys]


async def test_a_csv_says_what_was_answered(
    manager: httpx.AsyncClient, worker: OperationRunner, answered: Json
) -> None:
    rows = rows_of_csv(await fetched(manager, worker, answered["id"]))
    assert list(rows[0])[:5] == LEADING
    for row, expected in zip(in_order(rows), EXPECTED, strict=True):
        cells = {name: cell for name, cell in row.items() if name not in LEADING}
        assert cells == {name: "" if cell is None else str(cell) for name, cell in expected.items()}
        # of three answers nothing is shown of their groups
        assert [row[name] for name in LEADING[1:]] == [""] * 4
        assert len(row["respondent"]) == 32
    assert len({row["respondent"] for row in rows}) == 3


async def test_a_worksheet_has_numbers_and_days_as_such(
    manager: httpx.AsyncClient, worker: OperationRunner, answered: Json
) -> None:
    rows = in_order(rows_of_sheet(await fetched(manager, worker, answered["id"], format="xlsx")))
    for row, expected in zip(rows, EXPECTED, strict=True):
        cells = {name: cell for name, cell in row.items() if name not in LEADING}
        since = expected["since"] and datetime.fromisoformat(expected["since"])
        assert cells == expected | {"since": since}


async def test_a_labelled_file_has_the_words_of_its_language(
    manager: httpx.AsyncClient, worker: OperationRunner, answered: Json
) -> None:
    content = await fetched(manager, worker, answered["id"], values="labelled", language="en")
    [row] = [each for each in rows_of_csv(content) if each["fair"] == "No"]
    assert (row["work"], row["hours"], row["match"], row["many_1"]) == ("选项2 (en)", "-98", "-97", "")
    [row] = [each for each in rows_of_csv(content) if each["fair"] == "Yes"]
    assert (row["many_1"], row["grid_x"], row["match"]) == ("1", "选项a (en)", "5")


async def test_a_sav_has_values_labels_and_missing_values(
    manager: httpx.AsyncClient, worker: OperationRunner, answered: Json, tmp_path: Path
) -> None:
    content = await fetched(manager, worker, answered["id"], format="sav")
    read = read_sav(content, tmp_path)
    for row, expected in zip(in_order(read["rows"]), EXPECTED, strict=True):
        for name, cell in expected.items():
            told = row[name]
            if name == "since" and cell:
                cell = (date.fromisoformat(cell) - SPSS_EPOCH).days * 86_400
            is_text = read["formats"][name].startswith("A")
            wanted = ("" if is_text else None) if cell is None else str(cell) if is_text else cell
            assert told == wanted, name
    labels = {name: dict(of) for name, of in read["labels"].items()}
    # an option that is gone keeps its label; a long one is cut, not in the middle of a character
    assert {1: "选项1", 2: "选项2", 3: "选项3", 4: LONG[:40]}.items() <= {
        float(key): value for key, value in labels["work"].items()
    }.items()
    assert labels["home"]["410000"] == "河南省"
    assert read["missing"]["work"] == [{"lo": code, "hi": code} for code in (-97.0, -98.0, -99.0)]
    assert read["missing"]["left"] == [{"lo": code, "hi": code} for code in ("-97", "-98", "-99")]
    assert "respondent" not in read["missing"]
    assert read["formats"]["since"] == "SDATE10"
    assert dict(zip(read["columns"], read["words"], strict=True))["many_other"] == "问题 many：选项other"


async def test_the_labels_of_every_kind_of_file_are_equal(
    manager: httpx.AsyncClient, worker: OperationRunner, answered: Json, tmp_path: Path
) -> None:
    words = {"values": "labelled", "language": "zh"}
    coded = in_order(rows_of_csv(await fetched(manager, worker, answered["id"])))
    by_respondent = {row["respondent"]: row for row in coded}
    listed = {row["respondent"]: row for row in rows_of_csv(await fetched(manager, worker, answered["id"], **words))}
    sheet = rows_of_sheet(await fetched(manager, worker, answered["id"], format="xlsx", **words))
    sav = read_sav(await fetched(manager, worker, answered["id"], format="sav", language="zh"), tmp_path)
    labels = {name: {str(key).removesuffix(".0"): text for key, text in of} for name, of in sav["labels"].items()}
    compared = 0
    for row in sheet:
        for name, cell in row.items():
            told = listed[row["respondent"]][name]
            shown = cell.date().isoformat() if isinstance(cell, datetime) else "" if cell is None else str(cell)
            assert shown == told, name
            code = by_respondent[row["respondent"]][name]
            # a reason why there is no answer is no label of the question
            if (
                code in labels.get(name, {})
                and not code.startswith("-9")
                and name in ("work", "grid_x", "fair", "home")
            ):
                assert labels[name][code] == told, name
                compared += 1
    assert compared > 5


async def test_the_codebook_has_every_version_and_whole_labels(
    manager: httpx.AsyncClient, worker: OperationRunner, answered: Json
) -> None:
    done = await exported(manager, worker, answered["id"], format="sav")
    answer = await manager.get(f"/v1/exports/{done['result']['export_id']}/codebook")
    assert answer.status_code == 200, answer.text
    book = answer.json()
    assert [(each["number"], each["is_own"]) for each in book["versions"]] == [(3, True), (2, False), (1, False)]
    assert (book["rows"], book["kept_out"], book["protection"]["k"]) == (3, ["many_other", "why", "boss"], 5)
    assert [each["value"] for each in book["missing"]] == [-97, -98, -99]
    variables = {each["name"]: each for each in book["variables"]}
    # those that only other versions ask come last, from the newest on
    assert list(variables) == [*LEADING, *list(EXPECTED[0])[:-2], "gone", "pay"]
    assert [each["value"] for each in variables["work"]["values"]] == [1, 2, 4, 3]
    assert variables["work"]["values"][2]["label"]["zh"] == LONG
    assert [(each["number"], each["change"]) for each in variables["work"]["versions"]] == [
        (1, "new"), (2, "same"), (3, "changed"),
    ]  # fmt: skip
    assert (variables["pay"]["asked"], variables["pay"]["type"]) == (False, "money")
    assert [each["number"] for each in variables["salary"]["versions"]] == [2, 3]
    assert variables["match"]["visible_if"] == ["${work} = '1'"]
    assert variables["grid_x"]["text"]["zh"] == "问题 grid"
    assert variables["match"]["scale"] == {"min": 1, "max": 5}


@pytest.mark.parametrize("own", [1, 2])
async def test_a_wave_of_an_earlier_version_has_the_columns_of_later_ones(
    client: Any, manager: httpx.AsyncClient, worker: OperationRunner, plan: Json, graduates: Any, runner: Any,
    agree: Any, close: Any, own: int,
) -> None:  # fmt: skip
    made = await manager.post("/v1/waves", json=plan | {"questionnaire_version": own})
    wave = made.json()["id"]
    assert (await manager.post(f"/v1/waves/{wave}/invitations", json={"channel": "link"})).status_code == 202
    await runner.run_once()
    link = (await manager.get(f"/v1/waves/{wave}/invitations")).json()["items"][0]["link"]
    token = link.split("#")[1]
    await agree(token)
    values = {"work": "3", "gone": 9, "pay" if own == 1 else "salary": 100}
    sent = await client(link=token).post("/v1/answer/submit", json={"values": values}, headers={"If-Match": "*"})
    assert sent.status_code == 200, sent.text
    await close(wave)
    [row] = rows_of_csv(await fetched(manager, worker, wave))
    pay, salary = ("100", "-97") if own == 1 else ("-97", "100")
    assert (row["work"], row["gone"], row["pay"], row["salary"]) == ("3", "9", pay, salary)


async def test_an_unlinkable_wave_has_rows_without_groups_or_time(
    manager: httpx.AsyncClient, worker: OperationRunner, database: Database, plan: Json, school: str, keep: Any,
    graduate_event: Any, close: Any, client: Any,
) -> None:  # fmt: skip
    await keep([graduate_event(school, uuid4()) for _ in range(30)])
    simple = version(WORK, NEW)
    path = (await manager.post("/v1/questionnaires", json=simple)).headers["Location"]
    assert (await manager.post(f"{path}/publish", headers=ANY)).status_code == 200
    asked = {"questionnaire_id": path.rpartition("/")[2], "questionnaire_version": 1, "anonymity": "unlinkable"}
    made = await manager.post("/v1/waves", json=plan | asked)
    assert made.status_code == 201, made.text
    wave = made.json()["id"]
    sheets = await manager.post(f"/v1/waves/{wave}/code-sheets")
    assert sheets.status_code == 200, sheets.text
    codes = list(dict.fromkeys(re.findall(r"#([A-Za-z0-9_-]{20,})", sheets.text)))
    for code, salary in zip(codes[:2], (100, 200), strict=True):
        holder = client(link=code)
        consent = {"statement_version": 1, "agreed": True, "sensitive": False}
        assert (await holder.get("/v1/answer")).status_code == 200
        assert (await holder.put("/v1/answer/consent", json=consent, headers=ANY)).status_code == 200
        values = {"work": "1", "salary": salary}
        sent = await holder.post("/v1/answer/submit", json={"values": values}, headers=ANY)
        assert sent.status_code == 200, sent.text
    await close(wave)
    rows = rows_of_csv(await fetched(manager, worker, wave))
    assert [list(row) for row in rows] == [["respondent", "work", "salary"]] * 2
    assert sorted(row["salary"] for row in rows) == ["100", "200"]
    assert len({row["respondent"] for row in rows}) == 2


async def test_an_answer_that_is_excluded_is_in_no_file_until_it_is_included(
    manager: httpx.AsyncClient, worker: OperationRunner, answered: Json
) -> None:
    [one, *_] = (await manager.get("/v1/responses", params={"wave": answered["id"]})).json()["items"]
    for act, count in (("exclude", 2), ("include", 3)):
        done = await manager.post(f"/v1/responses/{one['id']}/{act}", json={"reason": "示例"}, headers=ANY)
        assert done.status_code == 200, done.text
        assert len(rows_of_csv(await fetched(manager, worker, answered["id"]))) == count


async def test_an_answer_that_has_lost_the_person_stays_under_another_respondent(
    manager: httpx.AsyncClient, worker: OperationRunner, database: Database, cipher: FieldCipher, answered: Json,
    moved: Any, rows: Any,
) -> None:  # fmt: skip
    before = {row["respondent"] for row in rows_of_csv(await fetched(manager, worker, answered["id"]))}
    then = "statement_timestamp() - interval '37 months'"
    await moved(answered["id"], f"opens_at = {then} - interval '1 day', closes_at = {then}")
    assert await end_past(database, cipher) == 3
    found = rows_of_csv(await fetched(manager, worker, answered["id"]))
    for row, expected in zip(in_order(found), EXPECTED, strict=True):
        told = {name: "" if cell is None else str(cell) for name, cell in expected.items()}
        assert {name: row[name] for name in told} == told
    assert len({row["respondent"] for row in found} - before) == 3


async def test_a_file_has_the_weights_that_it_is_asked_for_with(
    manager: httpx.AsyncClient, worker: OperationRunner, database: Database, cipher: FieldCipher, answered: Json
) -> None:
    await take_due(database, cipher)
    place = f"/v1/waves/{answered['id']}"
    made = await manager.post(f"{place}/weightings", json={"method": "post_stratification", "by": ["college"]})
    assert made.status_code == 201, made.text
    done = await exported(manager, worker, answered["id"], weighting=made.json()["id"])
    where = f"/v1/exports/{done['result']['export_id']}"
    rows = rows_of_csv((await manager.get(f"{where}/file")).content)
    # all of one stratum have answered
    assert [float(row["weight"]) for row in rows] == [1.0] * 3
    assert list(rows[0])[:6] == [*LEADING, "weight"]
    assert (await manager.get(f"{where}/codebook")).json()["weighting"] == made.json()["id"]
    assert (await manager.get(where)).json()["weighting"] == made.json()["id"]
    unknown = await manager.post(f"{place}/exports", json={"weighting": str(uuid4())})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_weighting")
    assert [each["pointer"] for each in unknown.json()["errors"]] == ["/weighting"]


def test_a_sav_is_answered_through_a_socket_as_the_loop_of_services_gives_one() -> None:
    columns = [{"name": "n", "label": "n", "storage": "number", "whole": True, "labels": [], "missing": []}]
    sent = [json.dumps(columns).encode(), b"[]", array("d", [1.0, 2.0]).tobytes()]
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            given = b"".join(len(part).to_bytes(4) + part for part in sent)
            subprocess.run([sys.executable, "-I", "-m", MODULE], input=given, stdout=theirs.fileno(), check=True)
        content = b"".join(iter(lambda: ours.recv(1 << 16), b""))
    assert content.startswith(b"$FL2")
