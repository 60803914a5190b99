"""Files of answers over HTTP and through the worker: the same checks and the same events as for a link."""

import io
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import openpyxl
import pytest
from registry_book import Book

from common.crypto import FieldCipher
from common.database import Database
from common.operations import OperationRunner
from common.registry_client import RegistryClient
from surveys.answer_imports.imports.operations import EMPTY_RESULT, KIND, importing
from surveys.invitations.commands import KIND as INVITING
from surveys.invitations.operations import inviting
from surveys.verification import contents_fit, counts_fit, measures_fit, verify_answers

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]
HEADER = ["学号", "姓名", "同意", "satisfied", "comment", "match"]


@pytest.fixture
def people(book: Book, graduates: list[UUID]) -> list[UUID]:
    for place, each in enumerate(graduates):
        book.write(each, f"2020{place:04}", f"张{place}")
    return graduates


@pytest.fixture
def runner(database: Database, cipher: FieldCipher, registry: RegistryClient) -> OperationRunner:
    handlers = {KIND: importing(registry, cipher), INVITING: inviting(cipher)}
    return OperationRunner(database.patient, handlers, cipher=cipher, empty_results={KIND: EMPTY_RESULT})


@pytest.fixture
def send(manager: httpx.AsyncClient, wave: Json, runner: OperationRunner) -> Callable[..., Awaitable[Json]]:
    """Send rows as a CSV, into the wave if no other is named; gives the operation once it has ended."""

    async def do(*rows: list[Any], header: list[str] | None = None, into: Json = wave, **form: str) -> Json:
        lines = [",".join(map(str, row)) for row in (header or HEADER, *rows)]
        sent = await manager.post(
            f"/v1/waves/{into['id']}/imports",
            data={"statement_version": "1"} | form,
            files={"file": ("answers.csv", "\n".join(lines).encode())},
        )
        assert sent.status_code == 202, sent.text
        while await runner.run_once():
            pass
        return dict((await manager.get(f"/v1/operations/{sent.json()['id']}")).json())

    return do


def row(place: int, *, consent: object = "是", satisfied: str = "y", comment: str = "", match: object = 4) -> list[Any]:
    return [f"2020{place:04}", f"张{place}", consent, satisfied, comment, match]


def shown(errors: list[Json]) -> list[tuple[int, str, str]]:
    return [(each["row"], each["column"], each["rule"]) for each in errors]


async def test_a_file_becomes_answers_with_receipts_and_events(
    send: Any, people: list[UUID], rows: Rows, wave: Json, database: Database, settings: Any, school: str
) -> None:
    done = await send(row(0, comment="很好"), row(1, satisfied="否"), row(2, match=5))
    assert (done["state"], done["errors"]) == ("succeeded", []), done
    counts = {name: done["result"][name] for name in ("created", "updated", "unchanged", "rejected", "screened_out")}
    assert counts == {"created": 3, "updated": 0, "unchanged": 0, "rejected": 0, "screened_out": 0}
    assert done["result"]["change_token"]
    query = (
        "SELECT response.mode, response.completed_by, response.state, given.means, said.data ->> 'mode' AS announced"
        " FROM responses AS response JOIN response_consents AS given ON given.response_id = response.id"
        " JOIN outbox AS said ON said.key = CAST(response.graduate_id AS text)"
        " AND said.sequence = response.announced_sequence WHERE response.wave_id = :id AND said.topic LIKE '%response%'"
    )
    stored = await rows(query, id=UUID(wave["id"]))
    assert (
        stored
        == [
            {
                "mode": "import",
                "completed_by": "respondent",
                "state": "submitted",
                "means": "paper",
                "announced": "import",
            }
        ]
        * 3
    )
    for name, fits in (("contents", contents_fit), ("counts", counts_fit), ("measures", measures_fit)):
        verified = await verify_answers(name, fits, database, settings, school)  # type: ignore[arg-type]
        assert (verified.compared, verified.differences) == (3, 0), name


async def test_who_has_no_link_yet_is_stored_as_who_has_begun(
    send: Any, manager: httpx.AsyncClient, agreed: list[str], people: list[UUID], plan: Json, wave: Json, rows: Rows
) -> None:
    """The links of the first wave are made and opened, those of the second are not."""
    unopened = (await manager.post("/v1/waves", json=plan)).json()
    query = (
        "SELECT response.state, number, questions_answered, questions_total, response.completeness, response.mode,"
        " completed_by, response.version - effective_version AS since, response.version - measured_version AS measured,"
        " response.version - content.version AS content, response.submitted_at >= given.recorded_at AS agreed_before,"
        " given.means, invited.state AS link, channel, first_used_at IS NOT NULL AS used, token_ciphertext,"
        " length(token_digest) AS digest, response.announced_sequence > 0 AS announced, employer_id IS NULL AS graduate"
        " FROM (SELECT *, rank() OVER (PARTITION BY response_id ORDER BY id DESC) FROM response_consents) AS given"
        " JOIN responses AS response ON response.id = given.response_id"
        " JOIN submitted_contents AS content ON content.response_id = response.id"
        " JOIN invitations AS invited ON invited.id = response.invitation_id"
        " WHERE rank = 1 AND response.wave_id = :id"
    ).replace("employer_id", "response.employer_id")
    stored = []
    for into in (wave, unopened):
        done = await send(row(0), row(1), into=into)
        assert (done["state"], done["result"]["created"]) == ("succeeded", 2), done
        stored += await rows(query, id=UUID(into["id"]))
    assert stored == [stored[0]] * 4
    assert (stored[0]["state"], stored[0]["link"], stored[0]["agreed_before"]) == ("submitted", "submitted", True)


async def test_whom_a_cap_has_no_place_for_is_screened_out(
    send: Any, manager: httpx.AsyncClient, people: list[UUID], plan: Json, rows: Rows
) -> None:
    cap = {"id": "yes", "condition": "${satisfied} = 'y'", "limit": 1}
    capped = (await manager.post("/v1/waves", json=plan | {"caps": [cap]})).json()
    done = await send(row(0), row(1), row(2, satisfied="n"), into=capped)
    assert (done["result"]["created"], done["result"]["screened_out"]) == (3, 1), done
    stored = await rows(
        "SELECT response.state, invited.state AS link, content.version FROM responses AS response"
        " JOIN invitations AS invited ON invited.id = invitation_id"
        " LEFT JOIN submitted_contents AS content ON content.response_id = response.id"
        " WHERE response.wave_id = :id ORDER BY response.state",
        id=UUID(capped["id"]),
    )
    given = {"state": "submitted", "link": "submitted", "version": 2}
    assert stored == [{"state": "screened_out", "link": "screened_out", "version": None}, given, given]
    [taken] = await rows("SELECT taken FROM wave_caps WHERE wave_id = :id", id=UUID(capped["id"]))
    assert taken == {"taken": 1}


async def test_the_same_file_again_changes_nothing_and_another_answer_is_refused(
    send: Any, people: list[UUID], rows: Rows, wave: Json
) -> None:
    await send(row(0), row(1))
    events = "SELECT count(*) AS n FROM outbox WHERE data ->> 'wave_id' = :id"
    before = await rows(events, id=wave["id"])
    done = await send(row(0), row(1, match=2), on_error="skip")
    assert (done["result"]["unchanged"], done["result"]["rejected"]) == (1, 1)
    assert shown(done["errors"]) == [(3, "学号", "already_answered")]
    assert await rows(events, id=wave["id"]) == before


async def test_reject_stores_nothing_and_skip_the_good_rows(
    send: Any, people: list[UUID], rows: Rows, wave: Json
) -> None:
    faulty = [
        row(0),
        row(1, consent=""),
        row(2, satisfied="z", match=9),
        row(0),
        ["20209999", "某人", "是", "y", "", 3],
        ["20200001", "李四", "是", "y", "", 3],
        row(2, match=""),
    ]
    stored = "SELECT graduate_id FROM responses WHERE wave_id = :id AND state = 'submitted'"
    expected = [
        (3, "同意", "consent_required"),
        (4, "satisfied", "single_choice"),
        (4, "match", "scale"),
        (5, "学号", "duplicate_in_file"),
        (6, "学号", "unknown_graduate"),
        (7, "姓名", "name_mismatch"),
        (8, "学号", "duplicate_in_file"),
    ]
    done = await send(*faulty)
    assert (done["state"], done["result"]["rejected"], done["result"]["created"]) == ("failed", 6, 0)
    assert shown(done["errors"]) == expected
    assert await rows(stored, id=UUID(wave["id"])) == []
    tried = await send(*faulty, on_error="skip", dry_run="true")
    assert (tried["state"], tried["result"]["created"], tried["result"]["change_token"]) == ("succeeded", 1, None)
    assert await rows(stored, id=UUID(wave["id"])) == []
    done = await send(*faulty, on_error="skip")
    assert (done["state"], done["result"]["created"], done["result"]["rejected"]) == ("succeeded", 1, 6)
    assert await rows(stored, id=UUID(wave["id"])) == [{"graduate_id": people[0]}]
    assert done["error_report"]


async def test_a_draft_gives_way_and_a_withdrawn_answer_stays_withdrawn(
    send: Any, client: Client, agreed: list[str], people: list[UUID], rows: Rows, graduates: list[UUID]
) -> None:
    draft = {"values": {"satisfied": "n", "comment": "草稿"}}
    saved = await client(link=agreed[0]).put("/v1/answer/pages/work", json=draft, headers={"If-Match": "*"})
    assert saved.status_code == 200
    assert (await client(link=agreed[1]).post("/v1/answer/withdraw")).status_code == 204
    done = await send(row(0), row(1), on_error="skip")
    assert shown(done["errors"]) == [(3, "学号", "already_answered")]
    [stored] = await rows("SELECT state, mode FROM responses WHERE graduate_id = :id", id=graduates[0])
    assert stored == {"state": "submitted", "mode": "import"}
    assert (await client(link=agreed[0]).get("/v1/answer")).status_code == 401


async def test_people_are_named_by_id_too_and_what_is_hidden_is_left_out(
    manager: httpx.AsyncClient, people: list[UUID], plan: Json, runner: OperationRunner, questionnaire: Json, rows: Rows
) -> None:
    words = {"zh": "问", "en": "Question"}
    asked = [
        {"id": "works", "type": "boolean", "required": True, "text": words},
        {"id": "pay", "type": "money", "period": "month", "text": words, "visible_if": "${works}"},
        {
            "id": "why", "type": "multiple_choice", "text": words,
            "options": [{"value": value, "text": words} for value in "ab"],
        },
    ]  # fmt: skip
    pages = [{"id": "one", "questions": asked}]
    made = (await manager.post("/v1/questionnaires", json=questionnaire | {"pages": pages})).json()
    published = await manager.post(f"/v1/questionnaires/{made['id']}/publish", headers={"If-Match": '"1"'})
    assert published.status_code == 200, published.text
    other = (await manager.post("/v1/waves", json=plan | {"questionnaire_id": made["id"]})).json()
    book = openpyxl.Workbook()
    for cells in (
        ["graduate_id", "consent", "works", "pay", "why_a", "why_b", "remarks"],
        [str(people[0]), 1, 0, 5000, 1, 0, "x"],
        [str(people[1]), 1, 1, 5000, 0, 0, "x"],
        ["somebody", 1, 1, 5000, 0, 0, "x"],
    ):
        book.active.append(cells)
    content = io.BytesIO()
    book.save(content)
    sent = await manager.post(
        f"/v1/waves/{other['id']}/imports",
        data={"statement_version": "1", "on_error": "skip"},
        files={"file": ("answers.xlsx", content.getvalue())},
    )
    assert sent.status_code == 202, sent.text
    while await runner.run_once():
        pass
    done = (await manager.get(f"/v1/operations/{sent.json()['id']}")).json()
    assert (done["result"]["created"], done["result"]["warnings"]) == (2, {"hidden_value": 1}), done
    assert done["result"]["ignored_columns"] == ["remarks"]
    assert shown(done["errors"]) == [(4, "graduate_id", "unknown_graduate")]
    answered = await rows(
        "SELECT questions_answered FROM responses WHERE wave_id = :id ORDER BY questions_answered", id=UUID(other["id"])
    )
    assert [each["questions_answered"] for each in answered] == [2, 2]


@pytest.mark.parametrize(
    ("form", "status", "pointer"),
    [
        ({}, 422, "/statement_version"),
        ({"statement_version": "7"}, 422, "/statement_version"),
        ({"statement_version": "1", "school_code": "98001"}, 422, "/school_code"),
        ({"statement_version": "1", "cohort": "1999"}, 422, "/cohort"),
        ({"statement_version": "1", "on_error": "ask"}, 422, "/on_error"),
    ],
)
async def test_the_form_says_what_was_agreed_to(
    manager: httpx.AsyncClient, wave: Json, form: Json, status: int, pointer: str
) -> None:
    files = {"file": ("answers.csv", b"a\n1\n")}
    refused = await manager.post(f"/v1/waves/{wave['id']}/imports", data=form, files=files)
    assert (refused.status_code, [each["pointer"] for each in refused.json()["errors"]]) == (status, [pointer])


async def test_only_managers_of_the_school_import_and_only_into_an_open_wave(
    client: Client, wave: Json, school: str, moved: Any
) -> None:
    sent: Json = {"data": {"statement_version": "1"}, "files": {"file": ("answers.csv", b"a\n1\n")}}
    path = f"/v1/waves/{wave['id']}/imports"
    assert (await client("survey_manager", school="98001").post(path, **sent)).status_code == 404
    assert (await client("interviewer", school=school).post(path, **sent)).status_code == 404
    await moved(wave["id"], "closes_at = opens_at + interval '1 minute'")
    closed = await client("survey_manager", school=school).post(path, **sent)
    assert (closed.status_code, closed.json()["code"]) == (409, "wave_closed")


async def test_while_registry_is_down_the_file_waits(
    manager: httpx.AsyncClient, wave: Json, people: list[UUID], book: Book, runner: OperationRunner, send: Any
) -> None:
    book.down = True
    waiting = await send(row(0))
    assert waiting["state"] in ("queued", "running")
