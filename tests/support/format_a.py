"""Files in format A, the export of the national system (domain.md section 5), made as schools send them."""

import io
from collections.abc import Iterable, Mapping, Sequence

import xlsxwriter

CellValue = str | float | int | None
Row = Mapping[str, CellValue]

HEADERS: tuple[str, ...] = (
    "学号", "考生号", "姓名", "性别", "出生日期", "生源地名称", "生源地代码", "民族名称", "政治面貌", "城乡生源",
    "学历层次", "专业名称", "专业方向", "专业代码", "毕业年份", "入学年月", "毕业日期", "培养方式", "委培单位",
    "学习形式",
    "毕业去向类别代码", "毕业去向", "签约日期", "单位名称", "统一社会信用代码", "留学国家地区", "留学院校中文名称",
    "留学院校外文名称", "留学专业中文名称", "留学专业外文名称", "单位性质代码", "单位性质", "单位行业代码", "单位行业",
    "单位所在地代码", "单位所在地", "单位地址", "工作职位类别代码", "工作职位类别",
)  # fmt: skip

_EMPLOYED: dict[str, CellValue] = {
    "签约日期": "2024-06-15",
    "单位名称": "郑州某（科技）有限公司",
    "统一社会信用代码": "91110000600037341L",
    "单位性质代码": "39",
    "单位行业代码": "34",
    "单位所在地代码": "410102",
    "单位地址": "测试路 1 号",
    "工作职位类别代码": "13",
}
_PROGRAMME: dict[str, CellValue] = {"单位名称": "某项目办公室", "单位所在地代码": "410102"}
_ABROAD: dict[str, CellValue] = {"留学国家地区": "英国", "留学院校中文名称": "某大学", "留学专业中文名称": "金融"}

_PARTICULARS: dict[str, dict[str, CellValue]] = {
    **dict.fromkeys(("10", "11", "12"), _EMPLOYED),
    **dict.fromkeys(("271", "501", "502", "503", "511", "512", "519"), _PROGRAMME),
    "75": {"单位名称": "某创业公司", "单位行业代码": "34", "单位所在地代码": "410102"},
    "76": {"单位名称": "自由撰稿", "单位所在地代码": "410102"},
    "801": {"单位名称": "某大学"},
    "802": {"单位名称": "某大学"},
    "803": {"单位名称": "某大学"},
    "85": _ABROAD,
}


def graduate_row(number: int, cohort: int = 2024, **cells: CellValue) -> dict[str, CellValue]:
    """One graduate, number `number` of the cohort, without a destination; `cells` overrides by header."""
    row: dict[str, CellValue] = {
        "学号": f"{cohort - 4}{number:06d}",
        "考生号": f"20410102{number:06d}",
        "姓名": _name(number),
        "性别": "男" if number % 2 else "女",
        "出生日期": f"{cohort - 22}-03-{number % 28 + 1:02d}",
        "生源地代码": "410102",
        "民族名称": "汉族",
        "政治面貌": "共青团员",
        "城乡生源": "城镇",
        "学历层次": "本科生毕业",
        "专业名称": "软件工程",
        "专业代码": "080902",
        "毕业年份": cohort,
        "入学年月": f"{cohort - 4}09",
        "毕业日期": f"{cohort}-06-30",
        "培养方式": "非定向",
        "学习形式": "全日制",
    }
    return row | cells


def _name(number: int) -> str:
    return "测试" + chr(0x4E00 + number % 3000) + chr(0x4E00 + number * 7 % 5000)


def destination_cells(code: str, **cells: CellValue) -> dict[str, CellValue]:
    """The destination columns that `code` asks for, complete."""
    return {"毕业去向类别代码": code} | _PARTICULARS.get(code, {}) | cells


def workbook(rows: Iterable[Row], headers: Sequence[str] = HEADERS, note: str | None = None) -> bytes:
    """An .xlsx file; with `note`, a merged first row above the header, as the national template has it."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet()
    first = 0
    if note is not None:
        sheet.merge_range(0, 0, 0, len(headers) - 1, note)
        first = 1
    for number, row in enumerate([dict(zip(headers, headers, strict=True)), *rows], start=first):
        for column, header in enumerate(headers):
            value = row.get(header)
            if isinstance(value, str):
                sheet.write_string(number, column, value)
            elif value is not None:
                sheet.write_number(number, column, value)
    book.close()
    return buffer.getvalue()
