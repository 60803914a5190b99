"""The files a school uploads."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

import xlsxwriter

Row = Mapping[str, object]

_ROSTER = """
协议编号 所在院系 院系代码 姓名 学号 考生号 性别 民族 院校名称 院校代码 学制 学历 学历代码 政治面貌 政治面貌代码
身份证号 入学日期 预计毕业日期 专业名称 专业代码 培养方式 培养方式代码 定向委培单位 师范生类别 师范生类别代码 困难生类别
困难生类别代码 城乡生源 生源所在地参考 手机号 拟毕业去向 备注 班级代码 班级
"""
_DESTINATIONS = """
学号 考生号 姓名 毕业去向类别代码 毕业去向 签约日期 单位名称 统一社会信用代码 留学国家地区 留学院校中文名称
留学院校外文名称 留学专业中文名称 留学专业外文名称 单位性质代码 单位性质 单位行业代码 单位行业 单位所在地代码
单位所在地 单位地址 工作职位类别代码 工作职位类别
"""
UNIT_HEADERS = ("类型", "代码", "名称", "学院代码", "专业代码", "国标代码", "目录年份", "前身代码")
ROSTER_HEADERS = tuple(_ROSTER.split())
DESTINATION_HEADERS = tuple(_DESTINATIONS.split())


def workbook(headers: Sequence[str], rows: Iterable[Row]) -> bytes:
    """Writes an .xlsx file."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"constant_memory": True, "in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, headers)
        for number, row in enumerate(rows, 1):
            sheet.write_row(number, 0, [row.get(header, "") for header in headers])
    return buffer.getvalue()


def table(headers: Sequence[str], rows: Iterable[Row]) -> bytes:
    """Writes a .csv file as spreadsheet programs in China save it."""
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, headers, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode("gb18030")
