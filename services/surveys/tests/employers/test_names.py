"""What expressions know of the employer who answers, on every path of an answer."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from common.contracts import measure
from common.crypto import FieldCipher
from common.database import Database
from surveys.answers.commands import close_due_waves

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]
Invite = Callable[[Json], Awaitable[dict[str, str]]]

ANY = {"If-Match": "*"}
SAID = "SELECT * FROM outbox WHERE topic = :topic AND school_code = :school ORDER BY id"


@pytest.mark.parametrize("by", ["respondent", "close"])
async def test_names_of_the_employer_are_known_on_every_path(
    client: Client,
    transport: httpx.ASGITransport,
    manager: httpx.AsyncClient,
    school: str,
    employers: list[Json],
    asking: Json,
    linked: Invite,
    rows: Rows,
    database: Database,
    cipher: FieldCipher,
    moved: Callable[[str, str], Awaitable[None]],
    by: str,
) -> None:
    """A question that only the first employer is asked, by its name, its hires and its industry."""
    condition = "${employer_name} = '甲公司' and ${employer_hires} = 9 and ${employer_industry_code} = '22'"
    words = {"zh": "题", "en": "Question"}
    question = {"id": "q", "type": "scale", "text": words, "scale": {"min": 1, "max": 5}, "core": True}
    question |= {"measure": {"id": "ethics"}, "visible_if": condition}
    content = {"title": words, "pages": [{"id": "p", "questions": [question]}]}
    made = (await manager.post("/v1/questionnaires", json=content)).json()
    assert (await manager.post(f"/v1/questionnaires/{made['id']}/publish", headers=ANY)).status_code == 200
    wave = (await manager.post("/v1/waves", json=asking | {"questionnaire_id": made["id"]})).json()
    tokens = await linked(wave)
    for employer, visible in ((employers[0], ["q"]), (employers[1], [])):
        holder, values = client(link=tokens[employer["id"]]), {"values": {"q": 5}}
        agreed = {"statement_version": 1, "agreed": True, "sensitive": False}
        assert (await holder.put("/v1/answer/consent", json=agreed, headers=ANY)).status_code == 200
        paths = [await holder.get("/v1/answer"), await holder.post("/v1/answer/evaluate", json=values)]
        paths.append(await holder.put("/v1/answer/pages/p", json=values, headers=ANY))
        if by == "respondent":
            paths.append(await holder.post("/v1/answer/submit", headers=ANY))
        for answer in paths:
            assert answer.json()["visible"]["questions"] == visible, answer.text
        async with httpx.AsyncClient(transport=transport, base_url="https://surveys.test") as browser:
            await browser.post("/a", data={"link": f"https://survey.test/a#{tokens[employer['id']]}"})
            shown = await browser.get("/a/pages/p")
            assert ('id="q-q"' in shown.text) is (by == "close" and bool(visible))
    await moved(wave["id"], "opens_at = now() - interval '2 hours', closes_at = now() - interval '1 second'")
    await close_due_waves(database, cipher)
    values_given = {
        each["key"]: [given["value"] for given in each["data"]["values"]]
        for each in await rows(SAID, topic=measure.TOPIC, school=school)
        if each["type"] == measure.RECORDED
    }
    assert values_given[employers[0]["id"]] == [100]
    assert values_given.get(employers[1]["id"], []) == []
