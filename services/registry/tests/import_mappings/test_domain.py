"""What may be saved as a mapping."""

import pytest

from common.errors import Invalid
from registry.import_mappings.domain import must_be_usable

FIELDS = ("student_number", "name", "phone")


def test_one_field_may_stay_without_a_header_and_many_headers_without_a_field() -> None:
    must_be_usable("教务系统", {"学生编号": "student_number", "学生": "name", "备注": None, "说明": None}, FIELDS)


@pytest.mark.parametrize(
    ("name", "columns", "code", "broken"),
    [
        ("a", {"学号": "number"}, "invalid", [("/columns/学号", "unknown_field")]),
        ("a", {"甲": "phone", "乙": "phone"}, "duplicate_mapping", ["/columns/甲", "/columns/乙"]),
        ("a", {"甲": "phone", "* 甲：": None}, "invalid", [("/columns/* 甲：", "repeated")]),
        ("a", {"甲/乙~": "x"}, "invalid", [("/columns/甲~1乙~0", "unknown_field")]),
        ("a", {"*": None}, "invalid", [("/columns/*", "required")]),
        ("\u200b", {"甲": None}, "invalid", [("name", "printable")]),
        ("2024001", {"甲": None}, "identifying_text", [("name", "identifying_text")]),
        ("a", {"张三１３８０01": "name"}, "identifying_text", [("/columns", "identifying_text")]),
        ("a", {"zhang@example.cn": "name"}, "identifying_text", [("/columns", "identifying_text")]),
    ],
)
def test_what_cannot_be_saved_is_named(
    name: str, columns: dict[str, str | None], code: str, broken: list[object]
) -> None:
    with pytest.raises(Invalid) as refused:
        must_be_usable(name, columns, FIELDS)
    problems = refused.value.problems
    shown = [each.pointer if code == "duplicate_mapping" else (each.pointer, each.rule) for each in problems]
    assert (refused.value.code, shown) == (code, broken)
