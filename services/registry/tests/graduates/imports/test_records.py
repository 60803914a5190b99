"""What a line leaves unsaid stays as it is stored, also where it is no content."""

from datetime import UTC, date, datetime
from uuid import UUID

from planning import SCHOOL, Roster, keys

from common.auth import SYSTEM
from common.copying import raw
from common.identifiers import Cohort, OperationId
from registry.graduates.domain.unit_book import UnitBook
from registry.graduates.imports.records import Writing, lines_of
from registry.graduates.storage.sealing import indexes
from registry.graduates.tables import INDEX_COLUMNS


def test_who_is_found_by_a_number_is_found_by_it_after_a_line_without_it() -> None:
    roster = Roster([{"student_number": "1", "name": "张三", "phone": "13800138000"}])
    cipher, data = keys()
    (newest,) = roster.newest.values()
    day = date(2024, 5, 1)
    newest.update(dict.fromkeys(INDEX_COLUMNS), sequence=1, decided_on=day, reached_sequence=1, reached_day=day)
    newest.update(indexes(cipher, SCHOOL, newest))
    rows = roster.planned(["学号", "姓名", "专业方向"], [["1", "张三", "数学"]])
    act = SYSTEM, "correlation", OperationId(UUID(int=1)), data
    writing = Writing(SCHOOL, Cohort(2024), "某大学", datetime(2024, 6, 1, tzinfo=UTC), "1", *act)
    lines = lines_of(rows, writing, UnitBook(SCHOOL, ()))
    (record,) = lines.changed
    stored = [newest[name] for name in ("student_number_index", "phone_index", "name_index")]
    assert all(index and raw(index) in record for index in stored)
    assert lines.counts == {"created": 0, "updated": 1, "unchanged": 0}
