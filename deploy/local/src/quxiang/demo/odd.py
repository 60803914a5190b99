"""A roster whose headers are a campus system's own, and the mapping that the school has saved of some of them."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from quxiang.demo.changes import Office
from quxiang.demo.files import workbook
from quxiang.demo.people import Person

MAPPING = "campus-system"
"""Name of the saved mapping."""

SAVED: Mapping[str, str | None] = {"学生编号": "student_number", "备注": None}

ODD_HEADERS = ("学生编号", "毕业生姓名", "身份证件号码", "所学专业名称", "现家庭住址", "联系人电话", "备注")
ODD_ROWS = 20


def odd_rows(members: Sequence[Person]) -> Iterator[Mapping[str, object]]:
    """Some of the school's graduates with what its own file lacks: where they live, and whom to phone instead."""
    for number, person in enumerate(members[:ODD_ROWS], 1):
        yield {
            "学生编号": person.student_number,
            "毕业生姓名": person.name,
            "身份证件号码": person.citizen_id,
            "所学专业名称": person.major.name,
            "现家庭住址": f"示例省示例市示例路 {number} 号",
            "联系人电话": f"1009900{number:04}",
        }


async def leave_odd_file(office: Office, members: Sequence[Person], folder: Path) -> None:
    """Saves a mapping of some headers, and leaves the file that has them for the reader of the tour."""
    path = f"/v1/schools/{office.school}/import-mappings/{MAPPING}"
    await office.campus.call("registry", "PUT", path, office.school_officer, json={"columns": SAVED})
    file = workbook(ODD_HEADERS, odd_rows(members))
    await asyncio.to_thread(_write, folder / f"odd-roster-{office.school}.xlsx", file)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_bytes(content)
