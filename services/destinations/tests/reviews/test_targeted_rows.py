"""Of many the last approval looks at the unit as that of one does."""

from typing import Any

from bulk import Bulk
from desks import UNIT, Desk
from enrolling import Enrolment


async def test_rows_of_whom_a_unit_had_trained_are_skipped_elsewhere(
    seat: Any, school: Desk, college: Desk, bulk: Bulk, enrol: Enrolment, book: Any
) -> None:
    ids = [await enrol(training_mode_code=mode) for mode in ("2", "4", "1")]
    there, elsewhere, _ = ids
    for graduate_id in ids:
        author = seat("graduate", graduate=graduate_id)
        answer = await author.register(graduate_id, UNIT)
        for desk, action in ((author, "submit"), (college, "college-approve")):
            answer = await desk.act(answer, action)
            assert answer.status_code == 200, answer.text
    book.units = {there: UNIT["employer_name"], elsewhere: "某县人民医院"}
    decision = await bulk.prepare(school)
    prepared = await bulk.read(school, decision)
    skipped = {"targeted_unit_mismatch": 1}
    assert (prepared["selected"], prepared["ready"], prepared["skipped"]) == (3, 2, skipped)
    # between sealing and applying it becomes known that the other one was trained for another unit, too
    book.units[there] = "某县人民医院"
    applied = await bulk.apply(school, decision)
    assert (applied["result"]["done"], applied["result"]["skipped"]) == (1, {"targeted_unit_mismatch": 2})
    assert set(book.revealed) == {str(there), str(elsewhere)}
