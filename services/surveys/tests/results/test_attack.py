"""A program that asks every table before and after each withdrawal and exclusion derives nothing below the base."""

import json
import os
import random
from collections.abc import Awaitable, Callable
from typing import Any

from attacker import Attacker

from common.crypto import FieldCipher
from common.database import Database
from common.shown_groups.asking import Base, Frame, Remembered, places_in
from common.shown_groups.editions import Edition, Past
from common.shown_groups.tables import by_table, shown_of
from surveys.results.commands import take_due
from surveys.settings import Settings
from surveys.verification import CHECKS

Json = dict[str, Any]
Campaigns = Callable[..., Awaitable[Any]]
Rows = Callable[..., Awaitable[list[Json]]]

ANY = {"If-Match": "*"}
LEAST = {"one": 5, "pay": 8}
STEPS = 40 if os.environ.get("QUXIANG_SOAK") else 8
GROUPINGS = (
    None, "education_level", "college", "major", "destination_class", "study_form", "college,education_level",
    "major,education_level", "destination_class,education_level", "study_form,education_level",
    "destination_class,college", "study_form,college",
)  # fmt: skip
REMEMBERED = """
    SELECT weighting.id, weighting.memory FROM result_weightings AS weighting
      JOIN result_editions AS edition ON edition.id = weighting.edition_id WHERE edition.wave_id = CAST(:id AS uuid)
    UNION ALL SELECT id, memory FROM result_editions WHERE wave_id = CAST(:id AS uuid) ORDER BY 1
"""


def past_of(frame: Frame, base: Base) -> Past:
    """What was shown of one question, and of whom."""
    held = places_in(base.bits, len(frame.ids))
    groups = by_table(frame.dimensions, frame.tables, frame.groups)
    tables = {table: [keys[at] for at in held] for table, keys in groups.items()}
    edition = Edition([frame.people[at] for at in held], [frame.ids[at] for at in held], tables)
    return Past(edition, shown_of(base.shown))


async def test_every_table_before_and_after_each_act_leads_to_nothing_small(
    campaign: Campaigns, database: Database, cipher: FieldCipher, rows: Rows, settings: Settings, school: str
) -> None:
    made = await campaign({"C1": 17, "C2": 11, "C3": 7})
    await made.end()
    draw, shown, path = random.Random(14), 0, f"/v1/waves/{made.wave['id']}"
    excluded: set[str] = set()
    for step in range(STEPS):
        for question, least in LEAST.items():
            for by in GROUPINGS:
                for each in (await made.table(question, by))["observations"]:
                    assert each["status"] == "too_few" or each["n"] >= least, each
                    shown += each["status"] == "ok"
        if step in (0, 5):
            asked = {"method": "post_stratification", "by": ["college"]} if step else {
                "method": "raking", "margins": {"college": {"C1": 0.2, "C2": 0.5, "C3": 0.3}}
            }  # fmt: skip
            weighted = await made.manager.post(f"{path}/weightings", json=asked)
            assert weighted.status_code == 201, weighted.text
            await made.table("one", "college", weighting=weighted.json()["id"])
        graduate = draw.choice(sorted(made.answers))
        if graduate in excluded or draw.random() < 0.5:
            act, response = "include" if graduate in excluded else "exclude", (await made.responses())[graduate]
            done = await made.manager.post(f"/v1/responses/{response['id']}/{act}", json={"reason": "x"}, headers=ANY)
            assert done.status_code == 200, done.text
            excluded ^= {graduate}
        else:
            await made.withdraw(graduate)
        await take_due(database, cipher)
    remembered = [
        Remembered.model_validate(row["memory"] if isinstance(row["memory"], dict) else json.loads(row["memory"]))
        for row in await rows(REMEMBERED, id=made.wave["id"])
    ]
    assert (len(remembered) >= 4, shown > 100) == (True, True)
    for question, least in LEAST.items():
        past = [past_of(memory.frame, memory.base(question)) for memory in remembered]
        for count in range(1, len(past) + 1):
            # who was no group of an edition may have left by the next: what that tells, figures before tell already
            before = [*past[: count - 1], Past(past[count - 1].edition)]
            assert Attacker(past[:count]).finds(least) == Attacker(before).finds(least), (question, count)
    assert (await CHECKS["results"](database, settings, school=school)).differences == 0


async def test_verify_finds_a_figure_that_no_answer_gives(
    campaign: Campaigns, database: Database, settings: Settings, school: str, owner: Any
) -> None:
    made = await campaign({"C1": 9})
    await made.end()
    verified = await CHECKS["results"](database, settings, school=school)
    assert (verified.compared, verified.differences) == (1, 0)
    await owner(
        "UPDATE result_figures SET figures = replace(CAST(figures AS text), '\"count\": ', '\"count\": 1')::jsonb"
        " WHERE variable = 'one' AND school_code = :school",
        school=school,
    )
    verified = await CHECKS["results"](database, settings, school=school)
    assert (verified.compared, verified.differences) == (1, 1)
