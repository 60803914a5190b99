"""One roster through files in every form that schools have, each foretold by a dry run."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx
from file_forms import FORMAT_A, FORMAT_B, FORMAT_C, FORMAT_D, FORMAT_E
from importing import Imported, Json, Rows, counts, faults, roster

from common.codes import Cell

ZHANG = {"学号": "1", "考生号": "E1", "姓名": "张三", "身份证号": "11010119900307002X", "手机号": "13800138000"}
LI = {"学号": "2", "考生号": "E2", "姓名": "李四", "院系代码": "C2", "所在院系": "文学院"}
SOURCE = "学籍系统 2024-06 导出"


def sheet(titles: Sequence[str], *lines: Mapping[str, Cell]) -> list[list[Cell]]:
    return [list(titles), *([line.get(title) for title in titles] for line in lines)]


async def told(imported: Imported, content: bytes, **form: str) -> Json:
    """The import, after a dry run that comes to the same."""
    foretold = await imported(content, dry_run="true", on_error="skip", **form)
    done = await imported(content, on_error="skip", **form)
    same = ("state", "errors", "errors_total", "warnings")
    assert [foretold[each] for each in same] == [done[each] for each in same]
    token = {"change_token": None}
    assert {**foretold["result"], **token} == {**done["result"], **token}
    return done


async def test_a_roster_grows_through_files_in_every_form(
    imported: Imported, files: Any, officer: httpx.AsyncClient, school: str, rows: Rows
) -> None:
    both = {"院校代码": school, "学历": "本科", "性别": "男", "院系代码": "C1", "所在院系": "理学院"}
    intake = await told(imported, files.xls(sheet(FORMAT_C, both | ZHANG, both | LI)), source_name=SOURCE)
    assert (counts(intake), intake["errors"]) == ([2, 0, 0, 0], [])
    assert intake["result"]["ignored_columns"] == ["协议编号", "院校名称", "拟毕业去向", "备注"]

    export = sheet(
        FORMAT_A, {**ZHANG, "性别": "女", "民族名称": "汉族"}, {"姓名": "李 四", "考生号": "E2", "政治面貌": "群众"}
    )
    done = await told(imported, files.csv(export, "gb18030"))
    assert (counts(done), faults(done)) == ([0, 1, 0, 1], [(2, "性别", "authoritative_differs")])

    book = {name: [*rows] for name, rows in FORMAT_B.items()}
    book["学生基础信息"] += [["张三", "E1"], ["张三", "E2"], ["王五", "E9"]]
    first, *others = book
    done = await told(imported, files.xlsx(book[first], **{name: book[name] for name in others}))
    assert (counts(done), faults(done)) == (
        [0, 0, 1, 2],
        [(4, "学生姓名", "name_mismatch"), (5, "考生号", "unknown_graduate")],
    )

    plan = {
        "性别代码": "1",
        "民族代码": "01",
        "联系人手机": "13900139000",
        "联系人电话": "0371-67781234",
        "学校代码": school,
    }
    lines = [
        plan | {"考生号": "E1", "分校名称": "东校区"},
        plan | {"考生号": "E9"},
        plan | {"考生号": "E2", "学历代码": "33"},
    ]
    done = await told(imported, files.xlsx(sheet(FORMAT_D, *lines)))
    assert (counts(done), faults(done)) == (
        [0, 1, 0, 2],
        [(3, "考生号", "unknown_graduate"), (4, "学历代码", "authoritative_differs")],
    )
    assert done["result"]["ignored_columns"] == ["院校名称", "院校所在省代码", *FORMAT_D[21:]]

    base = [
        {"sfzh": ZHANG["身份证号"], "xm": "张三", "byrq": "20240630", "yxdm": school},
        {"xh": "3", "ksh": "E3", "xm": "王五", "xldm": "31", "szyx": "理学院", "zymc": "数学"},
        {"sfzh": "110101200203077774", "xm": "赵六"},
    ]
    done = await told(imported, files.xlsx(sheet(FORMAT_E, *base)))
    assert (counts(done), faults(done)) == ([1, 1, 0, 1], [(4, "sfzh", "unknown_graduate")])

    zhang, li, wang = await roster(officer)
    shown = ("phone", "ethnicity_code", "campus", "graduated_on", "sex_code")
    assert [zhang[each] for each in shown] == ["138****8000", "01", "东校区", "2024-06-30", "1"]
    assert (li["political_status_code"], li["education_level_code"], wang["college_code"]) == ("13", "31", "C1")
    sources = (await officer.get(f"/v1/graduates/{zhang['id']}/provenance")).json()["items"]
    named = {each["field"]: each["source_name"] for each in sources}
    assert (named["phone"], named["campus"]) == (SOURCE, None)
    # what people wrote is sealed beside the versions, and in no parameter
    assert SOURCE not in str(await rows("SELECT parameters FROM operations"))


async def test_a_sheet_is_read_by_its_name(imported: Imported, files: Any) -> None:
    one, two = [["学号", "姓名"], ["1", "张三"]], [["学号", "姓名"], ["2", "李四"], ["3", "王五"]]
    content = files.xlsx([["说明"]], 一班=one, 二班=two)
    assert [each["rule"] for each in (await imported(content))["errors"]] == ["several_tables"]
    assert counts(await imported(content, sheet="二班")) == [2, 0, 0, 0]
    (unknown,) = (await imported(content, sheet="三班"))["errors"]
    assert (unknown["rule"], unknown["row"]) == ("sheet_unknown", None)
    assert unknown["message"].endswith("：Sheet、一班、二班")


async def test_an_officer_of_a_college_sends_its_own_graduates(
    imported: Imported, files: Any, client: Any, officer: httpx.AsyncClient, school: str, runner: Any
) -> None:
    titles = ["学号", "姓名", "院系代码", "手机号"]
    await imported(files.xlsx([titles, ["1", "张三", "C1", None], ["2", "李四", "C2", None]]))
    lines = [
        ["1", "张三", None, "13800138000"],
        ["2", "李四", None, None],
        ["2", "李四", "C2", None],
        ["3", "王五", "C1", None],
    ]
    own = client("college_officer", school=school, college="C1")
    form = {"school_code": school, "cohort": "2024", "on_error": "skip"}
    for dry_run in ("true", "false"):
        sent = {"data": {**form, "dry_run": dry_run}, "files": {"file": ("a.csv", files.csv([titles, *lines]))}}
        accepted = await own.post("/v1/imports/graduates", **sent)
        assert accepted.status_code == 202, accepted.text
        while await runner.run_once():
            pass
        done = (await own.get(accepted.headers["location"])).json()
        # the last line says of the other college's graduate what is stored
        assert (counts(done), [each[::2] for each in faults(done)]) == (
            [1, 1, 0, 2],
            [(3, "not_editable"), (4, "duplicate_in_file"), (4, "not_editable")],
        )
    assert [each["phone"] for each in await roster(officer)] == ["138****8000", None, None]
