"""Header texts of spreadsheets of units, and what their words mean."""

from collections.abc import Mapping, Sequence

from common.imports import SCHOOL_HEADERS, Columns
from registry.organisation.domain import Kind

HEADERS: Mapping[str, Sequence[str]] = {
    **SCHOOL_HEADERS,
    "kind": ("类型", "单位类型", "单位类别", "类别"),
    "code": ("代码", "单位代码", "编码", "编号"),
    "name": ("名称", "单位名称", "全称"),
    "college_code": ("学院代码", "院系代码", "所属学院代码", "所在院系代码", "所属院系代码"),
    "major_code": ("专业代码", "所属专业代码", "所在专业代码"),
    "national_code": ("国标代码", "国标专业代码", "专业国标代码", "国家标准专业代码", "专业目录代码"),
    "catalogue_year": ("目录年份", "专业目录年份", "目录版本"),
    "predecessors": ("前身代码", "前身专业代码", "原专业代码"),
}
"""Our name of a column → header texts, the one of the template first."""

COLUMNS = Columns(HEADERS, needed=[{"kind"}, {"code"}, {"name"}])

WORD_OF: Mapping[Kind, str] = {Kind.COLLEGE: "学院", Kind.MAJOR: "专业", Kind.CLASS: "班级"}
"""The word of the template for each kind of unit."""

KINDS: Mapping[str, Kind] = {
    **{word: kind for kind, word in WORD_OF.items()},
    **dict.fromkeys(("院系", "系", "college"), Kind.COLLEGE),
    "major": Kind.MAJOR,
    **dict.fromkeys(("班", "行政班", "行政班级", "class"), Kind.CLASS),
}
"""What cells say → kind of unit."""

FIELDS_OF: Mapping[Kind, frozenset[str]] = {
    Kind.COLLEGE: frozenset({"name"}),
    Kind.MAJOR: frozenset({"name", "college_code", "national_code", "catalogue_year", "predecessors"}),
    Kind.CLASS: frozenset({"name", "college_code", "major_code"}),
}
"""What a row of a kind may say beside its code; the other cells must be empty."""
