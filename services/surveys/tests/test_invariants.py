"""Each invariant of `verify` is clean over rows that may be, and finds each fault that is planted among them.

Rows are written past every rule of the application, and undone.
"""

import re
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from common.auth import SYSTEM
from common.database import Database, UnitOfWork
from common.identifiers import SchoolCode
from surveys.verification import wrong_by
from testing.databases import ServiceDatabase

Json = dict[str, Any]
Planted = tuple[str, int]

E1, P1, R1, R2, W1, V1 = (f"'{UUID(int=at)}'" for at in range(1, 7))
GIVEN = (
    "INSERT INTO responses (id, invitation_id, wave_id, graduate_id, school_code, state, submitted_at)"
    " VALUES ({id}, :i{at}, :wave, :g{at}, :school, 'submitted', '2026-11-01 12:00+08')"
)
CONTENT = (
    "INSERT INTO submitted_contents (response_id, version, school_code, completeness, mode, values_ciphertext,"
    " submitted_at) VALUES ({id}, 2, :school, 'core', 'api', '\\x00', '2026-11-01 12:00+08')"
)
UNLINKABLE = "UPDATE waves SET anonymity = 'unlinkable' WHERE id = :wave"
EMPLOYER = (
    "INSERT INTO employers (id, school_code, name, registered_as, hires)"
    f" VALUES ({E1}, :school, '甲', gen_random_uuid(), '{{\"2024\": 3}}')"
)
OF_EMPLOYER = (
    "INSERT INTO invitations (id, wave_id, employer_id, school_code, channel)"
    f" VALUES ({W1}, :wave, {E1}, :school, 'link')",
    "INSERT INTO responses (invitation_id, wave_id, employer_id, school_code, effective_version, announced_sequence)"
    f" VALUES ({W1}, :wave, {E1}, :school, {{effective}}, 2)",
)
OPT_OUT = "INSERT INTO opt_outs (school_code, graduate_id, source, created_at) VALUES (:school, :g{at}, 'link', {when})"

CASES: dict[str, tuple[Sequence[str], Sequence[Planted]]] = {
    "calls": (
        [
            "INSERT INTO calls (wave_id, graduate_id, school_code, attempt, band, claimed_at, expires_at, outcome,"
            " callback_at, version) VALUES"
            " (:wave, :g0, :school, 1, 1, '2026-11-01 10:00+08', '2026-11-01 10:30+08', 'no_answer', NULL, 2),"
            " (:wave, :g0, :school, 2, 2, '2026-11-01 14:00+08', '2026-11-01 14:30+08', 'callback',"
            " '2026-11-02 10:00+08', 2),"
            " (:wave, :g0, :school, 3, 1, '2026-11-02 10:05+08', '2026-11-02 10:35+08', NULL, NULL, 1)"
        ],
        [
            ("UPDATE calls SET attempt = 4 WHERE attempt = 3", 1),
            ("UPDATE calls SET version = 2 WHERE attempt = 3", 1),
            ("UPDATE calls SET version = 3 WHERE attempt = 1", 1),
            ("UPDATE calls SET band = 3 WHERE attempt = 1", 1),
            ("UPDATE calls SET expires_at = expires_at + interval '5 minutes' WHERE attempt = 3", 1),
            ("UPDATE calls SET outcome = 'refused', callback_at = NULL WHERE attempt = 2", 1),
            ("UPDATE calls SET outcome = NULL, version = 1, claimed_at = '2026-11-01 12:50+08', expires_at ="
             " '2026-11-01 13:20+08' WHERE attempt = 1;UPDATE calls SET claimed_at = '2026-11-01 13:10+08',"
             " expires_at = '2026-11-01 13:40+08' WHERE attempt = 2", 1),
            ("UPDATE calls SET claimed_at = '2026-11-01 11:00+08', expires_at = '2026-11-01 11:30+08', band = 1"
             " WHERE attempt = 2", 1),
            ("UPDATE calls SET callback_at = '2026-11-02 12:00+08' WHERE attempt = 2", 1),
            ("DELETE FROM invitations WHERE id = :i0", 3),
            ("DELETE FROM wave_eligible WHERE graduate_id = :g0", 3),
            (OPT_OUT.format(at=0, when="'2026-11-02 09:00+08'"), 1),
            (GIVEN.format(id=R1, at=0) + ";" + CONTENT.format(id=R1), 2),
        ],
    ),
    "papers": (
        [
            GIVEN.format(id=R1, at=0),
            "INSERT INTO papers (wave_id, graduate_id, school_code, state, first_keyer, second_keyer, first_ciphertext,"
            " second_ciphertext, differing, response_id) VALUES"
            f" (:wave, :g0, :school, 'submitted', 'a', 'b', NULL, NULL, '{{match}}', {R1}),"
            " (:wave, :g1, :school, 'keyed', 'a', NULL, '\\x00', NULL, '{}', NULL),"
            " (:wave, :g2, :school, 'differs', 'a', 'b', '\\x00', '\\x00', '{match}', NULL)",
        ],
        [
            ("UPDATE papers SET second_keyer = 'b' WHERE state = 'keyed'", 1),
            ("UPDATE papers SET differing = '{match}' WHERE state = 'keyed'", 1),
            ("UPDATE papers SET second_keyer = NULL WHERE state IN ('differs', 'submitted')", 2),
            (f"UPDATE papers SET response_id = {R1} WHERE state = 'keyed'", 1),
            ("UPDATE responses SET graduate_id = :g1 WHERE wave_id = :wave", 1),
            ("UPDATE responses SET state = 'open', submitted_at = NULL WHERE wave_id = :wave", 1),
            ("UPDATE responses SET state = 'screened_out' WHERE wave_id = :wave", 1),
            ("INSERT INTO responses (invitation_id, number, wave_id, graduate_id, school_code)"
             " VALUES (:i0, 2, :wave, :g0, :school)", 1),
            ("UPDATE graduates SET erased = true WHERE school_code = :school", 2),
            ("UPDATE waves SET closed_at = now() - interval '25 hours' WHERE id = :wave", 2),
        ],
    ),
    "liaisons": (
        [
            OPT_OUT.format(at=1, when="'2026-11-01 09:00+08'"),
            "INSERT INTO liaison_reports (school_code, wave_id, graduate_id, outcome, recorded_at) VALUES"
            " (:school, :wave, :g0, 'passed_on', '2026-11-01 10:00+08'),"
            " (:school, :wave, :g1, 'asks_to_stop', '2026-11-01 10:00+08')",
        ],
        [
            ("DELETE FROM opt_outs WHERE school_code = :school", 1),
            ("UPDATE opt_outs SET created_at = '2026-11-01 10:01+08' WHERE school_code = :school", 1),
            ("UPDATE liaison_reports SET graduate_id = gen_random_uuid() WHERE outcome = 'passed_on'", 1),
        ],
    ),
    "plans": (
        [
            "INSERT INTO wave_plans (id, school_code, cycle, every_years, first_year, month_day, open_days, settings,"
            f" next_year, due_at) VALUES ({P1}, :school, 1, 1, 2025, '11-01', 30, '{{}}', 2026, now())",
            f"UPDATE waves SET plan_id = {P1}, plan_year = 2025 WHERE id = :wave",
        ],
        [
            ("UPDATE wave_plans SET next_year = 2025 WHERE school_code = :school", 1),
            ("UPDATE wave_plans SET school_code = '00000' WHERE school_code = :school", 1),
            ("UPDATE waves SET cohort = 2023 WHERE id = :wave", 1),
        ],
    ),
    "employers": (
        [
            EMPLOYER,
            "INSERT INTO employer_feeds (school_code, cohort) VALUES (:school, 2024)",
            f"INSERT INTO wave_employers (wave_id, employer_id, school_code, hires) VALUES (:wave, {E1}, :school, 3)",
            "INSERT INTO outbox (topic, key, sequence, type, school_code, data) SELECT"
            f" 'quxiang.surveys.response.v1', {E1}, 1, 'quxiang.employer_response.requested', CAST(:school AS text),"
            " jsonb_build_object('wave_id', CAST(:wave AS uuid), 'state', 'requested')",
        ],
        [
            ("UPDATE employers SET by_hand = '{hires}' WHERE school_code = :school", 1),
            ("UPDATE employers SET registered_as = NULL WHERE school_code = :school", 1),
            ("UPDATE employers SET hires = '{\"2024\": \"many\"}' WHERE school_code = :school", 1),
            ("UPDATE employers SET hires = '{\"2023\": 1}' WHERE school_code = :school", 1),
            (f"DELETE FROM outbox WHERE key = {E1}", 1),
            (f"UPDATE outbox SET data = data || '{{\"state\": \"submitted\"}}' WHERE key = {E1}", 1),
            (";".join(OF_EMPLOYER).format(effective=2), 1),
            (";".join(OF_EMPLOYER).format(effective="NULL"), 1),
        ],
    ),
    "contacts": (
        [
            EMPLOYER,
            "INSERT INTO employer_contacts (id, employer_id, school_code, digest, sealed, by_hand, expires_on)"
            f" VALUES (gen_random_uuid(), {E1}, :school, '\\x00', '\\x00', true, CURRENT_DATE + 10)",
        ],
        [
            ("UPDATE employer_contacts SET expires_on = CURRENT_DATE - 3 WHERE school_code = :school", 1),
            ("UPDATE employer_contacts SET sealed = NULL WHERE school_code = :school", 1),
            ("UPDATE employers SET school_code = '00000' WHERE school_code = :school", 1),
        ],
    ),
    "editions": (
        [
            "UPDATE waves SET closed_at = '2026-11-01 10:00+08' WHERE id = :wave",
            "INSERT INTO result_editions (wave_id, school_code, number, taken_at, because, answers, moved, memory)"
            " VALUES (:wave, :school, 1, '2026-11-01 10:01+08', 'closed', 3, 3, '{}'),"
            " (:wave, :school, 2, '2026-11-01 10:02+08', 'changed', 3, 0, '{}')",
        ],
        [
            ("UPDATE result_editions SET number = 3 WHERE number = 2 AND wave_id = :wave", 1),
            ("UPDATE result_editions SET because = 'closed' WHERE wave_id = :wave", 1),
            ("UPDATE result_editions SET taken_at = '2026-11-01 10:02+08' WHERE wave_id = :wave", 1),
            ("UPDATE waves SET closed_at = NULL WHERE id = :wave", 2),
        ],
    ),
    "weightings": (
        [
            GIVEN.format(id=R1, at=0),
            GIVEN.format(id=R2, at=1),
            "INSERT INTO result_editions (id, wave_id, school_code, number, taken_at, because, answers, moved, memory)"
            f" VALUES ({V1}, :wave, :school, 1, now(), 'closed', 2, 2, '{{}}')",
            # weights 1.5 and 0.5: 4 / 2.5 and 2 * 2.5 / 4
            "INSERT INTO result_weightings (id, edition_id, school_code, method, by, answers, n_eff, deff, strata,"
            f" memory) VALUES ({W1}, {V1}, :school, 'post_stratification', '{{sex}}', 2, 1.6, 1.25,"
            " '[{\"answers\": 1}, {\"answers\": 1}]', '{}')",
            f"INSERT INTO result_weights (weighting_id, response_id, school_code, weight) VALUES ({W1}, {R1}, :school,"
            f" 1.5), ({W1}, {R2}, :school, 0.5)",
        ],
        [
            ("UPDATE result_weights SET weight = 1.4 WHERE weight = 1.5", 1),
            ("UPDATE result_weights SET weight = 2 - weight", 0),
            ("DELETE FROM result_weights WHERE weight = 1.5", 1),
            ("DELETE FROM result_weights", 1),
            ("UPDATE result_weightings SET n_eff = 1.7", 1),
            ("UPDATE result_weightings SET deff = 1.2", 1),
            ("UPDATE result_weightings SET answers = 3", 1),
            ("UPDATE result_weightings SET strata = '[{\"answers\": 1}]'", 1),
            ("UPDATE result_weightings SET method = 'raking', margins = '{}', max_error = 1e-7", 1),
            ("UPDATE result_weightings SET method = 'raking', margins = '{}', max_error = 1e-9", 0),
        ],
    ),
    "caps": (
        [
            UNLINKABLE,
            "INSERT INTO wave_caps (wave_id, id, school_code, place, condition, at_most, taken)"
            " VALUES (:wave, 'a', :school, 1, 'true()', 3, 1)",
            "INSERT INTO cap_places (wave_id, cap_id, school_code) VALUES (:wave, 'a', :school)",
            "INSERT INTO ballots (wave_id, school_code, digest, state, week, completeness, statement_version,"
            " sensitive, values_ciphertext, caps) VALUES (:wave, :school, sha256(uuid_send(:wave)), 'submitted',"
            " '2026-W48', 'core', 1, false, '\\x00', '{a}')",
        ],
        [
            ("UPDATE ballots SET caps = '{}' WHERE wave_id = :wave", 1),
            ("DELETE FROM cap_places WHERE wave_id = :wave", 1),
        ],
    ),
}  # fmt: skip


@pytest.fixture
async def owner(addresses: ServiceDatabase) -> AsyncIterator[Database]:
    connected = Database.connect(addresses.owner_url)
    yield connected
    await connected.dispose()


@pytest.mark.parametrize("check", CASES)
async def test_an_invariant_finds_what_is_planted_and_nothing_else(
    owner: Database, wave: Json, school: str, graduates: list[UUID], invited: list[Json], check: str
) -> None:
    places = {f"g{at}": each for at, each in enumerate(graduates)}
    places |= {f"i{at}": UUID(each["id"]) for at, each in enumerate(invited)}
    known = places | {"wave": UUID(wave["id"]), "school": school}

    async def write(unit: UnitOfWork, statements: str) -> None:
        for statement in statements.split(";"):
            bound = {name: value for name, value in known.items() if re.search(rf"(?<!:):{name}\b", statement)}
            await unit.connection.execute(text(statement), bound)

    rows, planted = CASES[check]
    for fault, differences in [("SELECT 1", 0), *planted]:
        async with owner.transaction(SYSTEM) as unit:
            for statement in rows:
                await write(unit, statement)
            await write(unit, fault)
            found = await wrong_by(check, unit.connection, SchoolCode(school))
        assert (found.compared > 0, found.differences) == (True, differences), fault
        assert len(found.named) == differences
