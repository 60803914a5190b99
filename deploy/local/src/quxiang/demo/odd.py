"""A roster whose headers are a campus system's own, and the mapping that the school has saved of some of them."""

from collections.abc import Iterator, Mapping, Sequence

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
