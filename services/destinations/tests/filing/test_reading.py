"""Imports of files in the other formats."""

from typing import Any

from office import Office, counts, faults, workbook

from destinations.filing.formats import FORMATS, Format

D, F, B = (FORMATS[each].header for each in (Format.D, Format.F, Format.B))
EMPLOYED = {"单位名称": "某公司", "单位所在地代码": "410102"}


def named(office: Office) -> dict[str, Any]:
    row = office.row()
    return {"考生号": row["学号"], "姓名": row["姓名"]}


async def imported(office: Office, header: tuple[str, ...], rows: list[dict[str, Any]], **form: str) -> dict[str, Any]:
    return await office.finished(await office.post(workbook(rows, header), "去向.xlsx", **form))


async def test_the_examinee_number_alone_says_whom_a_row_of_the_classic_format_means(office: Office) -> None:
    rows = [
        named(office) | EMPLOYED | {"毕业去向代码": "10", "学校代码": "10001"},
        {"考生号": "404", "毕业去向代码": "70"},
    ]
    operation = await imported(office, D, rows, on_error="skip")
    assert (counts(operation), faults(operation)) == ((1, 0, 0, 1), [(3, "考生号", "unknown_graduate")])
    assert [each["destination_code"] for each in await office.registrations()] == ["10"]
    again = await imported(office, D, rows[:1])
    assert counts(again) == (0, 0, 1, 0)


async def test_a_file_with_student_numbers_needs_names(office: Office) -> None:
    row = office.row(毕业去向代码="70")
    accepted = await office.post(workbook([row], ("学号", "考生号", "毕业去向代码")), "去向.xlsx")
    assert [each["rule"] for each in (await office.finished(accepted))["errors"]] == ["header_missing"]


async def test_the_other_columns_must_agree_with_the_code(office: Office) -> None:
    known, other = named(office), named(office)
    rows = [
        known | EMPLOYED | {"毕业去向状态": "就业", "毕业去向类型": "签就业协议形式就业"},
        other | EMPLOYED | {"毕业去向状态": "升学", "毕业去向类型": "签就业协议形式就业"},
    ]
    operation = await imported(office, B, rows, on_error="skip")
    assert (counts(operation), faults(operation)) == ((1, 0, 0, 1), [(3, "毕业去向状态", "class_flags_disagree")])
    code = {"毕业去向类别代码": "12", "学号": known["考生号"], "姓名": known["姓名"], "是否单位就业": "1"}
    refused = await imported(office, F, [code | EMPLOYED | {"是否灵活就业": "0"}])
    assert faults(refused) == [(2, "是否灵活就业", "class_flags_disagree")]
    taken = await imported(office, F, [code | EMPLOYED | {"是否灵活就业": "1"}])
    assert counts(taken) == (0, 1, 0, 0)
