import asyncio
from dataclasses import replace
from datetime import date

import pytest

from common.codes import CodeEntry, CodeLists, CodeProblem

LISTS = CodeLists.of_release()
DRONES = CodeEntry(
    "47", "低空经济", "Low-altitude economy", date(2024, 9, 1), None, "a notice", False, {"tier": "tertiary"}
)


def test_an_added_code_is_found_by_code_number_and_labels() -> None:
    industries = LISTS.get("industry").extended([DRONES])
    assert [industries.resolve_cell(cell) for cell in ("47", 47.0, "低空经济", "low-altitude economy")] == ["47"] * 4
    assert industries.lookup("47") == DRONES
    assert [industries.is_listed(code) for code in ("47", "48")] == [True, False]
    with pytest.raises(CodeProblem):
        LISTS.get("industry").resolve_cell("47")


def test_a_later_period_of_a_code_is_the_newest_and_an_earlier_one_is_not() -> None:
    again = replace(DRONES, code="27", label_zh="科研助理", valid_from=date(2030, 1, 1))
    earlier = replace(again, valid_from=date(1990, 1, 1), valid_to=date(1990, 12, 31))
    destinations = LISTS.get("destination")
    assert destinations.extended([again]).lookup("27") == again
    assert destinations.extended([again]).lookup("27", date(2020, 1, 1)) == destinations.lookup("27")
    dated = LISTS.get("industry").extended([DRONES]).extended([replace(earlier, code="47")])
    assert dated.lookup("47") == DRONES


def test_a_row_that_a_release_has_by_now_gives_way() -> None:
    industries = LISTS.get("industry")
    assert industries.extended([replace(DRONES, code="34")]) is industries
    divisions = LISTS.get("division")
    retired = next(entry for entry in divisions if entry.valid_to is not None)
    after, on_its_last_day = date(2100, 1, 1), retired.valid_to
    for first, taken in ((after, True), (on_its_last_day, False)):
        row = replace(DRONES, code=retired.code, valid_from=first)
        assert (row in divisions.extended([row]).in_force(after)) is taken


def test_every_set_of_rows_has_a_version_of_its_own() -> None:
    industries = LISTS.get("industry")
    others = [[DRONES], [replace(DRONES, label_zh="无人机")], [DRONES, replace(DRONES, code="48")]]
    versions = [industries.version, *(industries.extended(rows).version for rows in others)]
    assert len(set(versions)) == 4
    assert {each.rpartition("-")[0] for each in versions} == {"2024-09-01"}
    assert industries.extended([replace(DRONES)]).version == versions[1]
    assert industries.extended(reversed(others[2])).version == versions[3]


def test_a_process_uses_the_rows_that_it_was_given_last() -> None:
    before = CodeLists.load().version
    before_all = CodeLists.turn()
    CodeLists.use({"industry": [DRONES], "a list of a later release": [DRONES]}, CodeLists.turn())
    CodeLists.use({}, before_all)
    assert "47" in CodeLists.load().get("industry")
    assert CodeLists.load().version != before
    assert "47" not in CodeLists.of_release().get("industry")
    CodeLists.use({}, CodeLists.turn())
    assert "47" not in CodeLists.load().get("industry")
    assert CodeLists.load().version == before


async def test_work_goes_on_with_the_lists_that_it_began_with() -> None:
    with CodeLists.held():
        CodeLists.use({"industry": [DRONES]}, CodeLists.turn())
        with CodeLists.held():
            seen = [CodeLists.load(), await asyncio.to_thread(CodeLists.load), await asyncio.create_task(loaded())]
        assert ["47" in lists.get("industry") for lists in seen] == [False] * 3
        assert "47" in CodeLists.current().get("industry")
    assert CodeLists.load() is CodeLists.current()


async def loaded() -> CodeLists:
    return CodeLists.load()


@pytest.mark.parametrize(
    ("first", "last", "overlaps"),
    [
        (date(2024, 8, 1), date(2024, 8, 31), False),
        (date(2024, 8, 1), date(2024, 9, 1), True),
        (date(2025, 1, 1), None, True),
        (None, None, True),
        (None, date(2024, 8, 31), False),
    ],
)
def test_periods_overlap_where_they_share_a_day(first: date | None, last: date | None, overlaps: bool) -> None:
    other = replace(DRONES, valid_from=first, valid_to=last)
    assert (other.overlaps(DRONES), DRONES.overlaps(other)) == (overlaps, overlaps)
