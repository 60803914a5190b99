import time, asyncpg
"""A report over HTTP: what it counts, in which cut, and what two people waive."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]

REPORT, WAIVERS = "/v1/quality-report", "/v1/waivers"
WHOLE: Json = {
    "citizen_id": "11010119900307002X",
    "sex_code": "2",
    "ethnicity_code": "01",
    "political_status_code": "03",
    "education_level_code": "31",
    "duration_years": 4,
    "training_mode_code": "1",
    "origin_place_code": "410102",
    "enrolled_on": "2020-09-01",
    "graduated_on": "2024-07-01",
    "birth_date": "1990-03-07",
}


async def entered(officer: httpx.AsyncClient, school: str, number: str, **given: Any) -> str:
    body = {"school_code": school, "cohort": 2024, "student_number": number, "name": "张三", **given}
    answer = await officer.post("/v1/graduates", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


from common.auth import Principal, Role
from registry.quality import storage, commands
from registry.quality.domain import Cut
from registry.graduates.storage.findings import *
import time
from common.sql import _worded
async def test_scratch(client, officer, admin, school, addresses, database, cipher):
    a = await entered(officer, school, "1", phone="13800138000", **{**WHOLE})
    owner = await asyncpg.connect(addresses.owner_url)
    cols=[r["column_name"] for r in await owner.fetch("select column_name from information_schema.columns where table_name='graduates' and table_schema='public'")]
    skip={"id","cohort","student_number_index","citizen_id_index","phone_index","person_index","name_index","college_code","filled"}
    rest=[c for c in cols if c not in skip]
    for cohort in (2020,2021,2022,2023,2024):
        await owner.execute("insert into data_keys (id, school_code, cohort, wrapped) select gen_random_uuid(), school_code, $1, wrapped from data_keys where school_code=$2 limit 1 on conflict do nothing", cohort, school)
        await owner.execute(f"insert into graduates (id,cohort,student_number_index,citizen_id_index,phone_index,person_index,name_index,college_code,filled,{','.join(rest)}) select gen_random_uuid(), {cohort}, decode(md5('s'||n||$1),'hex'), decode(md5('c'||n||$1||case when n<18000 then {cohort}::text else '' end),'hex'), decode(md5('p'||n),'hex'), decode(md5('q'||n),'hex'), decode(md5('m'||n),'hex'), 'C'||(n%20), filled - (n*7919%1000), {','.join(rest)} from graduates, generate_series(1,20000) n where id=$2::text::uuid", school, a)
    await owner.execute("vacuum analyze graduates")
    c=Principal(subject="x", role=Role.SCHOOL_OFFICER, school_code=school)
    cut=Cut(school_code=school, cohort=2024)
    for _ in range(3):
        t=time.perf_counter(); p=time.process_time()
        async with database.reading() as connection:
            r=await commands.report_on(connection, caller=c, cut=cut)
        print("report", time.perf_counter()-t, time.process_time()-p, r.counted)
    st=storage._alike(c.record_scope().shape, ())
    w=_worded(st, None)
    b={**c.record_scope().values, **asked_of(school,2024), "rules_version":1}
    for row in await owner.fetch("explain (analyze, buffers) "+w.sql, *w.arguments(b)): print(row[0][:170])
    for rule in AMONG_OTHERS+("phone_missing",):
        t=time.perf_counter()
        x=await officer.get(f"/v1/quality-report/{rule}/graduates", params={"school":school,"cohort":2024})
        print(rule, x.status_code, time.perf_counter()-t)
    t=time.perf_counter()
    x=await admin.get("/v1/duplicates", params={"cohort":2024}); print("dup", x.status_code, time.perf_counter()-t)
    await owner.close()
    assert 0
