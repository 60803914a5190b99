"""Names, numbers, phones and free text are planted everywhere, then searched in all that leaves a service unasked."""

import io
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from campus import Campus
from canaries import WORDS, forms_of, found_in, plant
from format_a import HEADERS, CellValue, destination_cells, graduate_row, workbook
from planting import CONTACT_PHONE, PAY, doubted, mistaken, monitored, objected, proven
from survey_team import answer, invited, open_wave
from writes import source_authorisation

from common.contracts.catalogue import SUBSCRIPTIONS, TOPICS, dead_letter_topic
from common.kafka import consumer, in_contract
from testing.stack import SERVICES, Stack
from testing.waiting import eventually

Json = dict[str, Any]

NAME = "欧阳金丝雀"
STUDENT_NUMBER = "S2020CANARY"
EXAM_NUMBER = "20419999123456"
CITIZEN_ID = "110101200203044411"
PHONE = "13912345678"
FREE_TEXT = "金丝雀意见"
EMPLOYER = "金丝雀有限公司"
ADDRESS = "金丝雀路99号"
USCC = "91110000600037341L"

IN_THE_COPY = (NAME, STUDENT_NUMBER, EXAM_NUMBER, PHONE, CONTACT_PHONE, PAY, FREE_TEXT, EMPLOYER)
# so few digits stand in ids by chance
PAID = tuple(before + PAY for before in (":", ": ", "=", "\t"))
PERSONAL = (NAME, "金丝雀", STUDENT_NUMBER, EXAM_NUMBER, CITIZEN_ID, PHONE, CONTACT_PHONE, USCC, *PAID, *WORDS.values())
SEALED = (NAME, FREE_TEXT, STUDENT_NUMBER, EXAM_NUMBER, CITIZEN_ID, PHONE, CONTACT_PHONE, *PAID, *WORDS.values())
"""What no table has in clear: an employer that hires is no secret of the database."""


HOLDING = {
    "registry": "entry",
    "destinations": "registrations",
    "surveys": "responses",
    "indicators": "response_versions",
}
"""Service → a kind of record that it holds about who is planted."""


def _citizen_id(first: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return first + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(first, weights, strict=True)) % 11]


@pytest.fixture(scope="module")
async def planted(campus: Campus, new_school: str) -> str:
    """Every way by which something personal comes in, faulty ones too; gives the last change token."""
    school, officer = new_school, campus.officer(new_school)
    row = graduate_row(1) | destination_cells("10", 单位名称=EMPLOYER, 单位地址=ADDRESS, 统一社会信用代码=USCC)
    row |= {"姓名": NAME, "学号": STUDENT_NUMBER, "考生号": EXAM_NUMBER, "出生日期": "2002-03-04"}
    await add_position(campus, school)
    # with fewer of one kind no employer sees a profile
    others = [graduate_row(number) for number in range(2, 6)]
    roster = await campus.import_roster(workbook([row, *others]), school, source_name=WORDS["来源"])
    assert roster["state"] == "succeeded", roster
    assert (await campus.import_registrations(workbook([row]), school))["state"] == "succeeded"
    faulty = row | {"学号": STUDENT_NUMBER + "2", "性别": NAME, "出生日期": PHONE, "毕业年份": 1999}
    assert (await campus.import_roster(workbook([faulty]), school))["state"] == "failed"
    await refused_without_quoting(campus, school, row)

    citizen = {"citizen_id": _citizen_id(CITIZEN_ID[:17]), "phone": PHONE}
    listed = await campus.http.get(
        f"{campus.urls['registry']}/v1/graduates", params={"school": school}, headers=officer
    )
    assert STUDENT_NUMBER in offences(listed.text), "officers read student numbers: the search finds what is there"
    assert not {NAME, "金丝雀", USCC} & set(offences(listed.text))
    [graduate] = [each for each in listed.json()["items"] if each["student_number"] == STUDENT_NUMBER]
    address = f"{campus.urls['registry']}/v1/graduates/{graduate['id']}"
    for body in (citizen, {"citizen_id": PHONE}, {"sex_code": NAME}, {NAME: 1}):
        found = await campus.http.get(address, headers=officer)
        answered = await campus.http.patch(address, json=body, headers=officer | {"If-Match": found.headers["ETag"]})
        assert answered.status_code in {200, 422}, answered.text
        if answered.status_code == 422:
            assert not [
                word for word in (NAME, PHONE) if word in "".join(e["message"] for e in answered.json()["errors"])
            ]
    body = {"school_code": school, "name": NAME}
    found = await campus.http.post(f"{campus.urls['registry']}/v1/graduates/search", json=body, headers=officer)
    assert [each["id"] for each in found.json()["items"]] == [graduate["id"]], found.text
    opened = {"purpose": "support", "graduate_ids": [graduate["id"]], "fields": ["name", "phone"], "note": NAME + PHONE}
    answered = await campus.http.post(f"{campus.urls['registry']}/v1/graduates/reveal", json=opened, headers=officer)
    assert NAME in offences(answered.text), "what a reveal opens is what is looked for elsewhere"
    await plant(campus, school, graduate["id"])
    await insured(campus, school, citizen["citizen_id"])
    await proven(campus, school, graduate["id"])
    await objected(campus, school, graduate["id"])
    await monitored(campus, school)
    await doubted(campus, school, graduate["id"])
    await mistaken(campus, school, graduate["id"])
    manager = campus.bearer("survey_manager", school=school)
    wave = await open_wave(campus, school, manager, roster["result"]["change_token"])
    tokens = await invited(campus, wave, manager)
    done = await answer(campus, tokens[graduate["id"]], {"related": "yes", "remarks": FREE_TEXT + PHONE})
    assert done.status_code == 200, done.text
    token: str = done.json()["change_token"]
    return token


async def add_position(campus: Campus, school: str) -> None:
    """Adds a row to a code list, so that the topic of code lists has an event that names the school."""
    body = {"code": "98", "label_zh": "新职位", "valid_from": "2024-05-01", "source": f"a notice of {school}"}
    added = await campus.http.post(
        f"{campus.urls['registry']}/v1/code-lists/position/entries", json=body, headers=campus.bearer("admin")
    )
    assert added.status_code == 201, added.text


async def insured(campus: Campus, school: str, citizen_id: str) -> None:
    """Sends what the social insurance says of the graduate, and of somebody whom the roster does not have."""
    url, officer = f"{campus.urls['destinations']}/v1", campus.officer(school)
    asked = await campus.http.post(f"{url}/source-authorisations", json=source_authorisation(school), headers=officer)
    assert asked.status_code == 201, asked.text
    # by the name that was given last
    lines = [
        (citizen_id, NAME + "儿", WORDS["参保单位"]),
        (_citizen_id("11010120020304555"), NAME, WORDS["陌生参保单位"]),
    ]
    rows = "\n".join(["证件号,姓名,单位名称,参保起", *(f"{','.join(line)},2024-07" for line in lines)])
    form = {"school_code": school, "cohort": "2024", "source": "social_insurance"}
    sent = await campus.http.post(
        f"{url}/imports/outside-data",
        data=form | {"authorisation_id": asked.json()["id"]},
        files={"file": ("insured.csv", rows.encode())},
        headers=officer,
    )
    operation = await campus.finished("destinations", sent, officer)
    assert (operation["result"]["created"], operation["result"]["not_found"]) == (1, 1), str(operation["result"])


async def refused_without_quoting(campus: Campus, school: str, row: dict[str, CellValue]) -> None:
    """Faults in columns that identify a person are named without their value."""
    unknown = row | {"学号": STUDENT_NUMBER + "3", "考生号": EXAM_NUMBER[::-1], "姓名": NAME}
    faulty = row | {"学号": STUDENT_NUMBER + "4", "身份证号": CITIZEN_ID[:17] + "5", "手机号": PHONE + "678"}
    for operation in (
        await campus.import_registrations(workbook([unknown]), school),
        await campus.import_roster(workbook([faulty], (*HEADERS, "身份证号", "手机号")), school),
    ):
        assert (operation["state"], operation["errors_total"] > 0) == ("failed", True), operation
        assert offences(str(operation)) == [], operation


def offences(text: str) -> list[str]:
    """The canaries in a text."""
    return found_in(text, PERSONAL)


IN_NO_COPY = {"导出理由", "查阅事由", "照片备注", "陌生参保单位", "举报内容", "举报补充", "举报人", "填错的内容"}
"""What was written about a whole roster, a reader's own note, what a photo loses when it is put, what a file says of
somebody whom the roster does not have, and what is another's: who reports something, and what."""


async def test_the_persons_own_copy_holds_it_all(campus: Campus, planted: str, new_school: str) -> None:
    """First, so that the tests below look at what making a copy leaves behind, too."""
    registry, officer = campus.urls["registry"], campus.officer(new_school)
    counted: Json = {"school": new_school, "cohort": 2024, "cycle": 1, "min_change": planted, "wait": "20s"}
    await campus.http.get(f"{campus.urls['indicators']}/v1/response-rates", params=counted, headers=officer)
    listed = await campus.http.get(f"{registry}/v1/graduates", params={"school": new_school}, headers=officer)
    [person] = [each["id"] for each in listed.json()["items"] if each["student_number"] == STUDENT_NUMBER]
    own = campus.bearer("graduate", graduate=person)
    made = await campus.finished("registry", await campus.http.post(f"{registry}/v1/data-copies", headers=own), own)
    assert (made["state"], made["result"], offences(str(made))) == ("succeeded", {}, [])
    fetched = await campus.http.get(f"{registry}/v1/data-copies/{made['id']}/file", headers=own)
    archive = ZipFile(io.BytesIO(fetched.content))
    for service, kind in HOLDING.items():
        held = json.loads(archive.read(f"{service}.json"))
        assert (held["graduate_id"], bool(held["records"][kind])) == (person, True), service
    whole = "".join(archive.read(name).decode(errors="replace") for name in archive.namelist())
    planted_words = WORDS | {word: word for word in IN_THE_COPY}
    assert {name for name, word in planted_words.items() if word not in whole} == IN_NO_COPY
    assert [each["id"] for each in listed.json()["items"] if each["id"] in whole] == [person]


async def test_no_topic_holds_anything_personal(stack: Stack, campus: Campus, planted: str, new_school: str) -> None:
    answered = await campus.http.get(
        f"{campus.urls['indicators']}/v1/response-rates",
        params={"school": new_school, "cohort": 2024, "cycle": 1, "min_change": planted, "wait": "20s"},
        headers=campus.officer(new_school),
    )
    assert answered.json()["min_change_met"] is True
    settings = stack.settings("indicators")
    letters = [dead_letter_topic(topic, group) for group, topics in SUBSCRIPTIONS.items() for topic in topics]
    async with consumer(settings, "canaries", [*TOPICS, *letters]) as client:
        await eventually(lambda: len(client.assignment()) == len([*TOPICS, *letters]) * settings.partitions, within=30)
        read: dict[str, list[str]] = {topic: [] for topic in (*TOPICS, *letters)}

        async def every_topic_tells_of_the_school() -> bool:
            async for record in up_to_the_end(client):
                read[in_contract(settings, record.topic)].append(text_of(record))
            # the units' own codes may be names (a school without codes), persons' never
            return all(any(new_school in line for line in read[topic]) for topic in TOPICS)

        await eventually(every_topic_tells_of_the_school, within=30)
    assert [line for lines in read.values() for line in lines if offences(line)] == []


async def up_to_the_end(client: AIOKafkaConsumer) -> AsyncIterator[ConsumerRecord]:
    """What is not read yet of all partitions, up to where they end now."""
    ends = await client.end_offsets(client.assignment())
    while [partition for partition, end in ends.items() if await client.position(partition) < end]:
        for records in (await client.getmany(timeout_ms=200)).values():
            for record in records:
                yield record


def text_of(record: ConsumerRecord) -> str:
    """All that a message carries."""
    parts = [record.key, *(value for _, value in record.headers), record.value]
    return " ".join(part.decode() for part in parts if part is not None)


async def test_no_log_line_holds_anything_personal(stack: Stack, planted: str) -> None:
    lines = [line for path in logs(stack.folder) for line in path.read_text(errors="replace").splitlines()]
    assert len(lines) > 20
    assert [line for line in lines if offences(line)] == []


async def test_no_metric_holds_anything_personal(stack: Stack, campus: Campus, planted: str) -> None:
    for service in SERVICES:
        text = (await campus.http.get(f"{stack.probes(service)}/metrics")).text
        assert "http" in text
        assert offences(text) == []


async def test_no_feed_and_no_error_of_an_import_shows_a_person(campus: Campus, planted: str, new_school: str) -> None:
    for service in ("registry", "destinations"):
        feed = await campus.http.get(f"{campus.urls[service]}/v1/changes", headers=campus.officer(new_school))
        assert feed.status_code == 200
        assert offences(feed.text) == []


async def test_a_probe_tells_no_secret(stack: Stack, campus: Campus, planted: str) -> None:
    for service in SERVICES:
        assert offences((await campus.http.get(f"{stack.probes(service)}/readyz")).text) == []


async def test_no_table_and_no_statistic_of_one_holds_what_is_sealed(stack: Stack, planted: str) -> None:
    """What `pg_dump` writes of a table is what COPY gives."""
    for service in SERVICES:
        connection = await asyncpg.connect(stack.databases[service].admin_url)
        try:
            await connection.execute("ANALYZE")
            read = {"statistics": str(await connection.fetch("SELECT s::text FROM pg_stats s"))}
            for table in await connection.fetch("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"):
                read[table["name"]] = await copied(connection, table["name"])
        finally:
            await connection.close()
        assert {name: found for name, text in read.items() if (found := found_in(text, SEALED))} == {}
        if service == "destinations":
            assert EMPLOYER in read["registrations"], "the search finds what is there"


async def copied(connection: "asyncpg.Connection[Any]", table: str) -> str:
    """A table as COPY writes it."""
    parts: list[bytes] = []

    async def keep(part: bytes) -> None:
        parts.append(part)

    await connection.copy_from_table(table, output=keep)
    return b"".join(parts).decode()


async def test_no_object_holds_what_it_is_made_of(stack: Stack, planted: str) -> None:
    files = [path for path in (stack.folder / "objects").rglob("*") if path.is_file()]
    assert len(files) >= 2, "a photo and a proof"
    words = [form.encode() for word in (*SEALED, "%PDF-1.7", "JFIF") for form in forms_of(word)]
    assert [path.name for path in files if any(word in path.read_bytes() for word in words)] == []
    assert found_in(" ".join(path.name for path in files), SEALED) == []


def logs(folder: Path) -> Iterator[Path]:
    yield from folder.glob("*.log")
