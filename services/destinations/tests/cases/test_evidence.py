"""What is doubted of a piece of evidence, at the end of its check: its title, its file's name, its text."""

from functools import partial
from typing import Any
from uuid import UUID

import pytest
from desks import UNIT, Desk, Seat
from doubts import cases_of, set_season
from enrolling import Enrolment
from fastapi import FastAPI
from proofs import pdf, photographed, worded
from sending import CONTRACT, Checked, send

from common.crypto import FieldCipher
from common.database import Database
from common.objects import Objects
from destinations.evidence.operations import check_waiting
from destinations.evidence_checks.findings import Finding
from destinations.evidence_checks.looking import looked_into
from destinations.settings import Settings


@pytest.fixture
def checked(database: Database, app: FastAPI, settings: Settings) -> Checked:
    objects: Objects = app.state.objects
    return partial(check_waiting, database, objects, FieldCipher.load(settings.keyring_file))


def test_words_of_an_internship_are_found_in_the_text_of_a_pdf() -> None:
    assert looked_into(worded("学生实习证明")) == Finding(words=("实习",))
    assert looked_into(worded("就业协议书")) == Finding()


async def test_a_piece_is_doubted_once_it_is_checked(
    database: Database, seat: Seat, enrol: Enrolment, college: Desk, checked: Checked
) -> None:
    await set_season(database)
    record = await drafted(seat, await enrol())
    piece = await send(college, record, worded("顶岗见习鉴定表"))
    named = await college.http.post(
        f"/v1/registrations/{record.json()['id']}/evidence",
        data=CONTRACT | {"title": "证明"},
        files={"file": ("张三实习证明.jpg", photographed())},
        headers=college.headers,
    )
    assert named.status_code == 201, named.text
    assert (await send(college, record, pdf())).status_code == 201
    assert await cases_of(college) == [], "nothing before the check"
    assert await checked() == 3
    first, second = await cases_of(college)
    assert (first["rule"], first["facts"], first["subject"]) == (
        "internship_wording",
        {"text": ["见习", "顶岗"]},
        f"evidence:{piece.json()['id']}",
    )
    assert (second["facts"], second["registrations"]) == ({"file_name": ["实习"]}, [record.json()["id"]])


async def test_the_title_is_looked_at_beside_the_code(
    database: Database, seat: Seat, enrol: Enrolment, college: Desk, checked: Checked
) -> None:
    record = await drafted(seat, await enrol())
    await send(college, record, title="科研助理聘书")
    await checked()
    assert await cases_of(college) == [], "a cohort without a season is doubted in nothing"
    await set_season(database)
    await send(college, record, title="科研助理聘书")
    await checked()
    (case,) = await cases_of(college)
    assert (case["rule"], case["facts"]) == ("code_title", {"destination_code": "10", "title": ["科研助理"]})


async def drafted(seat: Seat, graduate_id: UUID) -> Any:
    return await seat("graduate", graduate=graduate_id).register(graduate_id, UNIT)
