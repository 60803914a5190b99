"""Ten thousand mails judged, noted and sent against the same mails handed over bare; 100,000 links against COPY.

The relay is a process of its own; both sides have as many connections to it.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from aiosmtpd.smtp import SMTP as Server  # noqa: N811 - the client has the same name
from aiosmtplib import SMTP

from common import clock
from common.crypto import FieldCipher, KeyRing
from common.database import Database
from common.database.pool import driver_url
from common.errors import Message
from common.identifiers import InvitationId
from servers.ports import free_port
from surveys.contact.domain import Address, AttemptId, DueStep, Judged, Outgoing
from surveys.contact.operations.mail import CONNECTIONS, Relay, mail_sender
from surveys.contact.operations.mails import Letterhead, Mail, mail_of
from surveys.contact.operations.rounds import Means, Round
from surveys.contact.storage import judging
from surveys.ladders.domain import Channel, Step, StepKind
from testing.databases import ServiceDatabase, service_database
from testing.waiting import eventually
from tests.load.freshness import running
from tests.load.reporting import Verdict

MAILS, LINKS, ROUNDS = 10_000, 100_000, 2
MAIL_BUDGET, LINK_BUDGET = 0.6, 0.3
LETTERHEAD = Letterhead("survey@school.test")
STEP = Step(StepKind.INVITE, Channel.EMAIL, 0)

# a questionnaire version that is never opened, people of a cohort, and a wave that asks them
_WAVE = """
    WITH asked AS (
        INSERT INTO questionnaires (school_code, title, pages) VALUES ('10001', '{}', '[]') RETURNING id
    ), version AS (
        INSERT INTO questionnaire_versions (questionnaire_id, number, school_code, title, pages)
        SELECT id, 1, '10001', '{}', '[]' FROM asked RETURNING questionnaire_id
    ), wave AS (
        INSERT INTO waves
               (school_code, cohort, cycle, questionnaire_id, questionnaire_version, opens_at, closes_at, ladder)
        SELECT '10001', 2024, 1, questionnaire_id, 1, now() - interval '1 hour', now() + interval '9 days', $2::jsonb
          FROM version RETURNING id
    ), person AS (
        INSERT INTO graduates (graduate_id, school_code, cohort, status, sequence, counted, counted_sequence)
        SELECT gen_random_uuid(), '10001', 2024, 'registered', 1, true, 1 FROM generate_series(1, $1)
        RETURNING graduate_id
    ), stream AS (
        INSERT INTO response_streams (graduate_id, school_code, sequence, last_decided_on)
        SELECT graduate_id, '10001', 1, current_date FROM person
    ), eligible AS (
        INSERT INTO wave_eligible (wave_id, graduate_id, school_code)
        SELECT wave.id, graduate_id, '10001' FROM wave, person
    )
    SELECT id FROM wave
"""
_LADDER = '[{"kind": "invite", "channel": "email", "after_days": 0}]'


class Sink:
    """Takes every mail and keeps none."""

    async def handle_DATA(self, *_: object) -> str:  # noqa: N802 - the server's name
        return "250 OK"


def serve_relay(port: int) -> None:
    """The relay, as a process."""

    async def serve() -> None:
        sink = Sink()
        server = await asyncio.get_running_loop().create_server(partial(Server, sink), "127.0.0.1", port)
        await server.serve_forever()

    asyncio.run(serve())


async def measure() -> list[Verdict]:
    """In turns, the best of the rounds."""
    port = free_port()
    async with surveys() as (found, database, cipher):
        owner = await asyncpg.connect(driver_url(found.owner_url))
        with running(serve_relay, port):
            await eventually(partial(_answers, port), within=60, describe="the relay")
            judged = [await _judged(owner, database, cipher, port) for _ in range(ROUNDS)]
            bare = [await _bare(port) for _ in range(ROUNDS)]
        made, copied = zip(*[await _links(owner, database, cipher) for _ in range(ROUNDS)], strict=True)
    sys.stdout.write(
        f"  {MAILS:,} mails: judged {min(judged):.2f} s, bare {min(bare):.2f} s;"
        f" {LINKS:,} links: made {min(made):.2f} s, copied {min(copied):.2f} s\n"
    )
    return [
        Verdict("mails judged, against bare aiosmtplib", min(bare) / min(judged), MAIL_BUDGET, at_least=True),
        Verdict("links made, against COPY of their rows", min(copied) / min(made), LINK_BUDGET, at_least=True),
    ]


@asynccontextmanager
async def surveys() -> AsyncIterator[tuple[ServiceDatabase, Database, FieldCipher]]:
    """A database of surveys at ten o'clock in the morning."""
    async with service_database("surveys") as found:
        now = clock.now().astimezone(clock.SHANGHAI)
        morning = (now + timedelta(days=1)).replace(hour=10, minute=0)
        clock.run_ahead(timedelta(seconds=int((morning - now).total_seconds())))
        database = Database.connect(found.app_url)
        try:
            yield found, database.patient, FieldCipher(KeyRing.generate())
        finally:
            await database.dispose()
            clock.run_ahead(timedelta(0))


async def _reach(_channel: Channel, found: Sequence[Judged]) -> Mapping[InvitationId, Address]:
    return {each.invitation_id: Address(f"{each.graduate_id}@mail.test", "李四") for each in found}


async def _judged(owner: Any, database: Database, cipher: FieldCipher, port: int) -> float:
    """Seconds of a round that sends a wave's mails, whose links are there."""
    wave_id = await _wave(owner, MAILS)
    async with mail_sender(Relay(f"smtp://127.0.0.1:{port}", LETTERHEAD)) as sender:
        work = Round(database, cipher, Means(_reach, {Channel.EMAIL: sender}, {}, "https://survey.test"))
        await work.make_links(await _due(database, wave_id))
        begun = time.perf_counter()
        await work.run()
        took = time.perf_counter() - begun
    sent = await owner.fetchval(
        "SELECT count(*) FROM contact_attempts WHERE wave_id = $1 AND state = 'accepted'", wave_id
    )
    assert sent == MAILS, sent
    return took


async def _bare(port: int) -> float:
    """Seconds in which the same mails are handed over, made before."""
    mails = iter([_mail() for _ in range(MAILS)])
    clients = [SMTP(hostname="127.0.0.1", port=port) for _ in range(CONNECTIONS)]
    await asyncio.gather(*(client.connect() for client in clients))
    begun = time.perf_counter()
    await asyncio.gather(*(_hand_over(client, mails) for client in clients))
    took = time.perf_counter() - begun
    await asyncio.gather(*(client.quit() for client in clients))
    return took


async def _hand_over(client: SMTP, mails: Iterator[Mail]) -> None:
    for mail in mails:
        await client.sendmail(mail.envelope_from, [mail.to], mail.content)


def _mail() -> Mail:
    now = clock.now()
    address, school = Address(f"{uuid4()}@mail.test", "李四"), Message("10001", "10001")
    link, stop = (f"https://survey.test/{way}{'x' * 22}" for way in ("a#", "o/"))
    sent = Outgoing(AttemptId(uuid4()), STEP, address, school, link, stop, now.date(), now)
    return mail_of(sent, LETTERHEAD, now)


async def _links(owner: Any, database: Database, cipher: FieldCipher) -> tuple[float, float]:
    """Seconds in which links are made, and in which their rows are copied, of another wave."""
    wave_id, other = await _wave(owner, LINKS), await _wave(owner, 1)
    work = Round(database, cipher, Means(_reach, {}, {}, "https://survey.test"))
    due = await _due(database, wave_id)
    begun = time.perf_counter()
    await work.make_links(due)
    made = time.perf_counter() - begun
    columns = ["id", "wave_id", "graduate_id", "school_code", "channel", "token_digest", "token_ciphertext"]
    rows = await owner.fetch(f"SELECT {', '.join(columns)} FROM invitations WHERE wave_id = $1", wave_id)
    again = [(uuid4(), other, row[2], row[3], row[4], uuid4().bytes + uuid4().bytes, row[6]) for row in rows]
    assert len(again) == LINKS
    begun = time.perf_counter()
    await owner.copy_records_to_table("invitations", records=again, columns=columns)
    return made, time.perf_counter() - begun


async def _wave(owner: Any, people: int) -> UUID:
    wave_id: UUID = await owner.fetchval(_WAVE, people, _LADDER)
    await owner.execute("ANALYZE")
    return wave_id


async def _due(database: Database, wave_id: UUID) -> DueStep:
    async with database.reading() as connection:
        found = [each for each in await judging.due_steps(connection) if each.wave_id == wave_id]
    return found[0]


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
