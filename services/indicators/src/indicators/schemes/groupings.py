"""Dimensions by which figures are grouped and filtered, and how the columns of spans become them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from common.errors import Message

Group = tuple[str | None, ...]
"""A group by the values of its dimensions, in the order asked for; a missing value is None."""

TOTAL = "total"

EDUCATION_LEVELS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "doctoral": ("01", "03"),
        "master": ("11", "13"),
        "second_bachelor": ("25", "26"),
        "bachelor": ("31", "33", "39"),
        "junior_college": ("41", "43", "49", "61"),
    }
)
"""学历 levels with the codes that belong to them, 结业 (completed without a degree) included."""

_LEVEL_OF = {code: level for level, codes in EDUCATION_LEVELS.items() for code in codes}

NARROW = "roster_generation IS NULL"
"""Of a span: an image wrote it that knew less than half of the groups."""

WITHOUT_ORIGIN = "coalesce(roster_generation, 0) < 2"
"""Of a span: the event behind it did not say yet whether the graduate is from town or country."""


@dataclass(frozen=True)
class Dimension:
    """What graduates can be grouped and filtered by.

    `sql` makes its value of the columns of a span, and of the columns of `joined` beside it. `too_old` is true of the
    spans that cannot have the value yet; without it every span has it. `words` are its values, where programs know
    them all.
    """

    name: str
    title: Message
    sql: str
    joined: str | None = None
    too_old: str | None = None
    words: tuple[str, ...] = ()


# the names of the columns differ from those of a span, so that no expression has to say which table it means
MAJORS = """
    LEFT JOIN (SELECT school_code AS school_of_major, code AS code_of_major, national_code
               FROM units WHERE unit_kind = 'major') AS majors
        ON school_of_major = school_code AND code_of_major = major_code
"""
SCHOOLS = """
    LEFT JOIN (SELECT code AS code_of_school, province_code AS school_province_code, city_code AS school_city_code
               FROM units WHERE unit_kind = 'school') AS schools
        ON code_of_school = school_code
"""


def level_sql(column: str) -> str:
    """The education level of a column with its code; none for a missing and for an unknown one."""
    cases = " ".join(f"WHEN {column} IN {codes} THEN '{level}'" for level, codes in EDUCATION_LEVELS.items())
    return f"CASE {cases} END"


def city_sql(column: str) -> str:
    """The prefecture of a column with a GB/T 2260 code; none for a province alone and for what is no such code."""
    return f"CASE WHEN {column} ~ '^[0-9]{{6}}$' AND {column} !~ '^..00' THEN left({column}, 4) || '00' END"


_ETHNICITY_GROUP = """
    CASE WHEN ethnicity_code = '01' THEN 'han' WHEN ethnicity_code IN ('97', '98') THEN 'other'
         WHEN ethnicity_code IS NOT NULL THEN 'minority' END
"""
_HARDSHIP_ANY = "CASE WHEN hardship_code = '0' THEN 'no' WHEN hardship_code IS NOT NULL THEN 'yes' END"


def _wide(name: str, zh: str, en: str, sql: str, words: tuple[str, ...] = ()) -> Dimension:
    return Dimension(name, Message(zh, en), sql, too_old=NARROW, words=words)


DIMENSIONS: Mapping[str, Dimension] = MappingProxyType(
    {
        each.name: each
        for each in (
            Dimension(
                "education_level",
                Message("学历层次", "Education level"),
                level_sql("education_level_code"),
                words=tuple(EDUCATION_LEVELS),
            ),
            Dimension("college", Message("院系", "College"), "college_code"),
            Dimension("major", Message("专业", "Major"), "major_code"),
            Dimension("class", Message("班级", "Class"), "class_code"),
            Dimension("education_level_code", Message("学历代码", "Education level code"), "education_level_code"),
            Dimension("discipline", Message("学科门类", "Discipline"), "left(national_code, 2)", MAJORS),
            Dimension("major_class", Message("专业类", "Class of majors"), "left(national_code, 4)", MAJORS),
            Dimension("sex", Message("性别", "Sex"), "sex_code"),
            Dimension("origin_province", Message("生源省份", "Province of origin"), "origin_province_code"),
            _wide("origin_city", "生源地市", "Prefecture of origin", city_sql("origin_place_code")),
            Dimension(
                "origin_urban",
                Message("城乡生源", "Town or country of origin"),
                "urban_rural",
                too_old=WITHOUT_ORIGIN,
                words=("urban", "rural"),
            ),
            _wide("ethnicity_group", "民族类别", "Ethnic group", _ETHNICITY_GROUP, ("han", "minority", "other")),
            _wide("hardship", "困难类别", "Kind of hardship", "hardship_code"),
            _wide("hardship_any", "是否困难生", "Any hardship", _HARDSHIP_ANY, ("yes", "no")),
            _wide("training_mode", "培养方式", "Mode of training", "training_mode_code"),
            _wide("teacher_training", "师范生类别", "Teacher training", "teacher_training_code"),
            _wide("study_form", "学习形式", "Form of study", "study_form"),
            Dimension("school", Message("院校", "School"), "school_code"),
            Dimension(
                "school_province", Message("院校所在省份", "Province of the school"), "school_province_code", SCHOOLS
            ),
        )
    }
)
"""By name, in the order in which tables are made of them."""

STORED_DIMENSIONS: Mapping[str, str] = MappingProxyType(
    {
        name: DIMENSIONS[name].sql
        for name in ("college", "major", "class", "education_level_code", "sex", "origin_province")
    }
)
"""Dimensions that live cells are kept for, each with its column of a span."""


@dataclass(frozen=True)
class Filter:
    """Only graduates with one of these values of an expression over a span."""

    sql: str
    values: tuple[str, ...]


def filter_of(dimension: str, value: str) -> Filter:
    """What a query parameter such as `college=C01` or `education_level=bachelor` keeps."""
    if dimension == "education_level":
        # the codes, and not the level of each span
        return Filter("education_level_code", EDUCATION_LEVELS.get(value, ()))
    return Filter(DIMENSIONS[dimension].sql, (value,))


def joins_of(dimensions: Iterable[Dimension]) -> str:
    """What has to be joined to spans for these dimensions."""
    return "".join(dict.fromkeys(each.joined for each in dimensions if each.joined is not None))


def level_of(education_level_code: str | None) -> str | None:
    """The education level of a code; none for a missing and for an unknown one."""
    return _LEVEL_OF.get(education_level_code or "")
