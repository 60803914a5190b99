"""A program that asks every table, weighted ones too, before and after each act derives nothing below the base."""

import json
import os
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from attacker import Attacker, Row

from common.crypto import FieldCipher
from common.database import Database
from common.shown_groups.asking import Base, Frame, Remembered, places_in
from common.shown_groups.editions import Edition, Past
from common.shown_groups.tables import by_table, shown_of
from surveys.results.commands import take_due
from surveys.results.domain.editions import table_for
from surveys.settings import Settings
from surveys.verification import CHECKS

Json = dict[str, Any]
Campaigns = Callable[..., Awaitable[Any]]
Rows = Callable[..., Awaitable[list[Json]]]

ANY = {"If-Match": "*"}
LEAST = {"one": 5, "pay": 8}
SOAKS = bool(os.environ.get("QUXIANG_SOAK"))
STEPS = 40 if SOAKS else 8
GROUPINGS = (
    None, "education_level", "college", "major", "destination_class", "study_form", "college,education_level",
    "major,education_level", "destination_class,education_level", "study_form,education_level",
    "destination_class,college", "study_form,college",
)  # fmt: skip
WEIGHTINGS: tuple[Json, ...] = (
    {"method": "raking", "margins": {"college": {"C1": 0.2, "C2": 0.5, "C3": 0.3}}},
    {"method": "post_stratification", "by": ["college"]},
    {"method": "raking", "margins": {"college": {"C1": 0.6, "C2": 0.2, "C3": 0.2}}},
)
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


@dataclass
class Weighed:
    """What the tables say by some weights: the groups that have a figure, by question and table; and the weights."""

    by: Sequence[str]
    weights: Mapping[tuple[str | None, ...], Fraction]
    shown: dict[str, list[tuple[tuple[str, ...], tuple[str | None, ...]]]] = field(default_factory=dict)

    def rows(self, question: str, frame: Frame, base: Base) -> list[Row]:
        """Each figure is a sum of what the answers of its group say, each times its weight, which anybody may read."""
        found = []
        for names, key in self.shown[question]:
            row: Row = {}
            for at in places_in(base.bits, len(frame.ids)):
                said = dict(zip(frame.dimensions, frame.groups[at], strict=True))
                if tuple(said[name] for name in names) == key:
                    weight = self.weights[tuple(said[name] for name in self.by)]
                    row[frame.people[at], frame.ids[at]] = weight
            found.append(row)
        return found


class WeighedAttacker(Attacker):
    """Knows figures by weights, too."""

    def __init__(self, editions: Sequence[Past], weighted: Sequence[Row]) -> None:
        super().__init__(editions)
        for row in weighted:
            self._learn(row)


def leads_to_nothing(kept: Sequence[tuple[str, Past]], told: Mapping[str, list[Row]], least: int) -> None:
    """By the figures that tables have answered, without what editions remember of weights, nothing small follows."""
    plain = [Past(each.edition) if own in told else each for own, each in kept]
    for count in range(1, len(plain) + 1):
        if not SOAKS and kept[count - 1][0] not in told and count < len(plain):
            continue
        known = [row for own, _ in kept[: count - 1] for row in told.get(own, ())]
        before = [*plain[: count - 1], Past(plain[count - 1].edition)]
        now = WeighedAttacker(plain[:count], [*known, *told.get(kept[count - 1][0], ())])
        assert now.finds(least) == WeighedAttacker(before, known).finds(least), count


async def weighed(made: Any, asked: Json) -> tuple[str, Weighed]:
    """Weights, and every table that they are asked for."""
    answer = await made.manager.post(f"/v1/waves/{made.wave['id']}/weightings", json=asked)
    assert answer.status_code == 201, answer.text
    body = answer.json()
    weights = {
        tuple(each["group"].values()): Fraction(each["weight"]).limit_denominator(100_000) for each in body["strata"]
    }
    found = Weighed([*body["strata"][0]["group"]], weights)
    for question in LEAST:
        found.shown[question] = []
        for by in GROUPINGS:
            _, table = table_for(by)
            observed = (await made.table(question, by, weighting=body["id"]))["observations"]
            found.shown[question] += [
                (table, tuple(each["group"][name] for name in table)) for each in observed if each["status"] == "ok"
            ]
    return body["id"], found


async def test_every_table_before_and_after_each_act_leads_to_nothing_small(
    campaign: Campaigns, database: Database, cipher: FieldCipher, rows: Rows, settings: Settings, school: str
) -> None:
    made = await campaign({"C1": 17, "C2": 11, "C3": 7})
    await made.end()
    draw, shown = random.Random(14), 0
    excluded: set[str] = set()
    by_weights: dict[str, Weighed] = {}
    for step in range(STEPS):
        for question, least in LEAST.items():
            for by in GROUPINGS:
                for each in (await made.table(question, by))["observations"]:
                    assert each["status"] == "too_few" or each["n"] >= least, each
                    shown += each["status"] == "ok"
        if step in (0, 5):
            for asked in WEIGHTINGS if SOAKS else [WEIGHTINGS[step // 5]]:
                weighting, found = await weighed(made, asked)
                by_weights[weighting] = found
        graduate = draw.choice(sorted(made.answers))
        if graduate in excluded or draw.random() < 0.5:
            act, response = "include" if graduate in excluded else "exclude", (await made.responses())[graduate]
            done = await made.manager.post(f"/v1/responses/{response['id']}/{act}", json={"reason": "x"}, headers=ANY)
            assert done.status_code == 200, done.text
            excluded ^= {graduate}
        else:
            await made.withdraw(graduate)
        await take_due(database, cipher)
    kept = await rows(REMEMBERED, id=made.wave["id"])
    assert by_weights.keys() <= {str(row["id"]) for row in kept}
    remembered = [
        Remembered.model_validate(row["memory"] if isinstance(row["memory"], dict) else json.loads(row["memory"]))
        for row in kept
    ]
    assert (len(remembered) >= 4, shown > 100) == (True, True)
    for question, least in LEAST.items():
        past = [past_of(memory.frame, memory.base(question)) for memory in remembered]
        for count in range(1, len(past) + 1):
            # who was no group of an edition may have left by the next: what that tells, figures before tell already
            before = [*past[: count - 1], Past(past[count - 1].edition)]
            assert Attacker(past[:count]).finds(least) == Attacker(before).finds(least), (question, count)
        told = {
            str(row["id"]): by_weights[str(row["id"])].rows(question, memory.frame, memory.base(question))
            for row, memory in zip(kept, remembered, strict=True)
            if str(row["id"]) in by_weights
        }
        assert sum(map(len, told.values())) > 2
        leads_to_nothing([(str(row["id"]), each) for row, each in zip(kept, past, strict=True)], told, least)
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
