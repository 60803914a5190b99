"""Results of an unlinkable wave: what is known of its codes, and tables of everybody alone."""

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from ballot_holders import complete, submit

from common.crypto import FieldCipher
from common.database import Database
from surveys.answers.commands import close_due_waves
from surveys.results.commands import take_due

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Moved = Callable[[str, str], Awaitable[None]]
Rows = Callable[..., Awaitable[list[Json]]]


async def test_ballots_are_counted_and_nothing_says_when_they_go(
    client: Client, manager: httpx.AsyncClient, secret: Json, codes: list[str], school: str, moved: Moved,
    database: Database, cipher: FieldCipher, rows: Rows,
) -> None:  # fmt: skip
    path = f"/v1/waves/{secret['id']}"
    holders = [client(link=code) for code in codes[:12]]
    for at, holder in enumerate(holders):
        answers: Json = {"work": {"satisfied": "y" if at % 3 else "n"}, "study": {"match": 1 + at % 5}}
        await complete(holder, answers)
        assert (await submit(holder)).status_code == 200
    await client(link=codes[12]).get("/v1/answer")
    [known] = (await manager.get(f"{path}/response-analysis")).json()["observations"]
    counts = {"eligible": 30, "submitted": 12, "opened": 1, "reached": 17, "not_contacted": 0}
    assert {name: known[name] for name in counts} == counts
    for by in ("college", "major"):
        refused = await manager.get(f"{path}/response-analysis", params={"by": by})
        assert (refused.status_code, refused.json()["errors"][0]["rule"]) == (400, "no_groups")
    officer = client("college_officer", school=school, college="01")
    assert (await officer.get(f"{path}/response-analysis")).status_code == 400
    await moved(secret["id"], "closes_at = statement_timestamp() - interval '1 second'")
    await close_due_waves(database, cipher)
    await take_due(database, cipher)

    async def table() -> tuple[int, Json]:
        body = (await manager.get(f"{path}/tables", params={"question": "satisfied"})).json()
        [total] = body["observations"]
        return body["edition"]["number"], {cell["value"]: cell["count"] for cell in total["cells"]}

    assert await table() == (1, Counter(y=8, n=4))
    for gone, holder in enumerate(holders[:5], 1):
        assert (await holder.post("/v1/answer/withdraw")).status_code == 204
        await take_due(database, cipher)
        assert (await table())[0] == (1 if gone < 5 else 2)
    assert await table() == (2, Counter(y=5, n=2))
    # a mark would have a time
    assert await rows("SELECT * FROM answer_changes WHERE wave_id = CAST(:id AS uuid)", id=secret["id"]) == []
