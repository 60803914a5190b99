"""A graduate with a canary in destinations and surveys, who is erased: nothing may be left, whatever comes back."""

from functools import partial
from uuid import UUID

from campus import Campus
from cohorts import COHORT, CohortOfGraduates
from format_a import destination_cells, graduate_row, workbook
from histories import ROSTER, query
from survey_team import answer, invited, open_wave

from common.auth import SYSTEM
from common.contracts import ChangeToken
from common.crypto import FieldCipher
from common.database import Database
from registry.graduates.commands import erase_again
from testing.stack import SERVICES, Stack
from testing.waiting import eventually

CANARY = "鸣禽入笼"

_SEALED = {
    "registry": (
        "SELECT id FROM graduates WHERE id = $1 AND (erased_at IS NULL OR sealed IS NOT NULL)"
        " UNION SELECT graduate_id FROM graduate_versions WHERE graduate_id = $1 AND sealed IS NOT NULL"
    ),
    "surveys": (
        "SELECT page.response_id FROM response_pages page JOIN responses ON id = response_id WHERE graduate_id = $1"
        " UNION SELECT response_id FROM submitted_contents JOIN responses ON id = response_id WHERE graduate_id = $1"
        " UNION SELECT response_id FROM response_files file JOIN responses ON responses.id = response_id"
        " WHERE graduate_id = $1"
        " UNION SELECT id FROM invitations WHERE graduate_id = $1 AND token_digest IS NOT NULL"
    ),
}
"""What is left of a graduate that no search for words would find."""

_TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"


async def remembered(stack: Stack, campus: Campus, cohort: CohortOfGraduates) -> str:
    """The last graduate of the cohort, once the canary stands in a registration and in an answer."""
    school, graduate = cohort.school, cohort.graduates[-1]
    row = graduate_row(len(cohort.graduates), COHORT) | destination_cells("10", 单位名称=CANARY, 单位地址=CANARY)
    done = await campus.import_registrations(workbook([row]), school)
    assert (done["state"], done["result"]["rejected"]) == ("succeeded", 0), done
    last = "SELECT max(sequence) AS sequence FROM outbox WHERE topic = $1 AND key = $2"
    [newest] = await query(stack, "registry", last, ROSTER, graduate)
    manager = campus.bearer("survey_manager", school=school)
    entered = ChangeToken(ROSTER, school, graduate, newest["sequence"]).encode()
    links = await invited(campus, await open_wave(campus, school, manager, entered), manager)
    answered = await answer(campus, links[graduate], {"related": "yes", "remarks": CANARY})
    assert answered.status_code == 200, answered.text
    return graduate


async def erase(stack: Stack, graduate: str) -> None:
    """Erases the graduate, as registry does on the day of an erasure."""
    database = Database.connect(stack.databases["registry"].app_url)
    cipher = FieldCipher.load(stack.folder / "registry.keyring.json")
    try:
        announced = await database.act(SYSTEM, partial(erase_again, graduate_ids=[graduate], cipher=cipher))
    finally:
        await database.dispose()
    assert [event.key for event in announced] == [graduate]


async def until_nothing_is_left(stack: Stack, graduate: str) -> None:
    """Waits until no service has the canary, or what it was sealed in."""

    async def is_nothing_left() -> bool:
        left = [place for service in SERVICES for place in await _left(stack, service, graduate)]
        assert not left, left
        return True

    await eventually(is_nothing_left, within=60, every=0.3, describe="nothing that is left of an erased person")


async def _left(stack: Stack, service: str, graduate: str) -> list[str]:
    tables = [row["table_name"] for row in await query(stack, service, _TABLES)]
    searched = " UNION ALL ".join(
        f"SELECT '{table}' AS place FROM {table} AS stored WHERE stored::text LIKE '%' || $1 || '%'" for table in tables
    )
    found = [f"{service}: {row['place']}" for row in await query(stack, service, searched, CANARY)]
    sealed = await query(stack, service, _SEALED[service], UUID(graduate)) if service in _SEALED else []
    return found + [f"{service}: sealed"] * len(sealed)
