"""Surveys under the load of submissions while its processes, its database and the broker are killed."""

import asyncio
import random
from itertools import count

import pytest
from answering import Respondents
from campus import Campus
from format_a import graduate_row, workbook
from histories import until_quiet
from killing import Strike, kills, struck_while_working, until_ready
from soaking import only_in_soak
from survey_invariants import measures_are_the_recount, surveys_hold, values_are_nowhere
from survey_team import consent, invited, open_wave

from testing.brokers import Broker
from testing.clusters import Cluster
from testing.databases import service_database
from testing.stack import Stack

PEOPLE, CLIENTS = 480, 24
AT_ONCE = 8
FIRST_PAY, STEP = 287_300, 100
"""So odd numbers, in whole hundreds of yuan, that their digits in a row of JSON are the answers'."""

_schools = count(90401)

pytestmark = pytest.mark.timeout(1_800)


async def asked(campus: Campus, school: str, people: int) -> dict[str, str]:
    """The tokens of as many graduates, who have agreed to the privacy statement."""
    manager = campus.bearer("survey_manager", school=school)
    await campus.create_school(school)
    roster = await campus.import_roster(workbook([graduate_row(number) for number in range(1, people + 1)]), school)
    wave = await open_wave(campus, school, manager, roster["result"]["change_token"])
    tokens = await invited(campus, wave, manager)
    queue = iter(tokens.values())
    base = f"{campus.urls['surveys']}/v1/answer"

    async def agree() -> None:
        for token in queue:
            opened = await campus.http.get(base, headers={"Authorization": f"Survey {token}"})
            assert (await consent(campus, token, opened)).status_code == 200

    await asyncio.gather(*(agree() for _ in range(AT_ONCE)))
    return tokens


def respondents(
    campus: Campus, tokens: dict[str, str], pays: dict[str, int], whose: list[str], *, withdrawing: bool = False
) -> list[Respondents]:
    return [Respondents(campus, pays, tokens, whose[each::CLIENTS], withdrawing) for each in range(CLIENTS)]


@only_in_soak
async def test_nothing_acknowledged_is_lost_and_nothing_withdrawn_comes_back(
    stack: Stack, campus: Campus, broker: Broker, cluster: Cluster, chance: random.Random
) -> None:
    school = str(next(_schools))
    tokens = await asked(campus, school, PEOPLE)
    graduates = sorted(tokens)
    pays = {each: FIRST_PAY + STEP * place for place, each in enumerate(graduates)}

    async def broker_killed() -> None:
        async with broker.away():
            pass

    async def database_killed() -> None:
        async with cluster.away():
            pass

    strikes: list[Strike] = [*kills(stack, ["surveys"], 4, chance), broker_killed, database_killed]
    chance.shuffle(strikes)
    submitting = respondents(campus, tokens, pays, graduates)
    await struck_while_working(submitting, PEOPLE, strikes, chance)
    await until_ready(stack, campus)
    assert sorted(each for client in submitting for each in client.acknowledged) == graduates
    print(f"unheard: {sum(client.unheard for client in submitting)}")
    await surveys_hold(stack, school, pays)

    withdrawn = chance.sample(graduates, PEOPLE // 4)
    leaving = respondents(campus, tokens, pays, withdrawn, withdrawing=True)
    await struck_while_working(leaving, len(withdrawn), kills(stack, ["surveys"], 1, chance), chance)
    await until_ready(stack, campus)
    await surveys_hold(stack, school, pays, withdrawn)
    await _built_from_nothing(stack, school, pays, withdrawn)


async def _built_from_nothing(stack: Stack, school: str, pays: dict[str, int], withdrawn: list[str]) -> None:
    """An empty database of indicators gets from `replay` what stands, and no value that was taken back."""
    await until_quiet(stack)
    indicators = stack.processes["indicators"]
    await indicators.stop(10)
    async with service_database("indicators") as empty:
        old, stack.databases["indicators"] = stack.databases["indicators"], empty
        stack.add("indicators", "indicators", "all", stack.ports["indicators"])
        await stack.start("indicators")
        try:
            for service in ("registry", "destinations", "surveys"):
                await stack.run(service, "replay")
            await measures_are_the_recount(stack, school, pays, withdrawn)
            await values_are_nowhere(stack, "indicators", [pays[each] for each in withdrawn])
        finally:
            await stack.processes["indicators"].stop(10)
            stack.databases["indicators"], stack.processes["indicators"] = old, indicators
            await stack.start("indicators")
