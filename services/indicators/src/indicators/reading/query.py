"""Query parameters of figures, and the language of labels, as dependencies."""

from datetime import date
from typing import Annotated, Literal

from fastapi import Depends, Query, Request

from common.http import Day, Whole
from common.http.language import preferred_language
from common.identifiers import Cohort
from indicators.reading.selection import Selection, dimensions_of, scope_of
from indicators.schemes.schemes import SCHEMES, Scheme, default_scheme

_VALUE = r"^[^\x00]{1,64}$"

ValueQuery = Annotated[str | None, Query(pattern=_VALUE)]
SchoolQuery = Annotated[str | None, Query(pattern=r"^[0-9]{5}$", description="院校代码: one school")]
CohortQuery = Annotated[Whole, Query(ge=1977, le=2200, description="届: year of graduation")]
ByQuery = Annotated[
    str | None,
    Query(max_length=200, description="Groupings, comma-separated: college major class education_level …"),
]


async def read_selection(
    cohort: CohortQuery,
    school: SchoolQuery = None,
    province: Annotated[str | None, Query(pattern=r"^[0-9]{6}$", description="All schools of a province")] = None,
    nation: Annotated[Literal["CN"] | None, Query(description="All schools")] = None,
    by: ByQuery = None,
    college: ValueQuery = None,
    major: ValueQuery = None,
    class_: Annotated[str | None, Query(alias="class", pattern=_VALUE)] = None,
    education_level: Annotated[
        Literal["doctoral", "master", "second_bachelor", "bachelor", "junior_college"] | None, Query()
    ] = None,
    education_level_code: ValueQuery = None,
    sex: ValueQuery = None,
    origin_province: ValueQuery = None,
) -> Selection:
    """Scope, cohort, groupings and filters; raises BadQuery."""
    filters = {
        "college": college,
        "major": major,
        "class": class_,
        "education_level": education_level,
        "education_level_code": education_level_code,
        "sex": sex,
        "origin_province": origin_province,
    }
    given = {name: value for name, value in filters.items() if value is not None}
    return Selection(scope_of(school, province, nation), Cohort(cohort), dimensions_of(by), given)


async def read_as_of(
    as_of: Annotated[Day | None, Query(description="A day, inclusive; today without")] = None,
) -> date | None:
    """The day asked for; none for today."""
    return as_of


async def read_scheme(
    scheme: Annotated[
        Literal["CN-2024", "CN-2021", "CN-2004", "NACE"] | None, Query(description="口径; that of the cohort without")
    ] = None,
) -> str | None:
    """The scheme asked for; none for that of the cohort."""
    return scheme


def scheme_for(selection: Selection, scheme: str | None) -> Scheme:
    """The scheme of an answer."""
    return default_scheme(selection.cohort) if scheme is None else SCHEMES[scheme]


async def read_language(request: Request) -> str:
    """Language of labels, by Accept-Language."""
    return preferred_language(request.headers.get("accept-language"))


Selected = Annotated[Selection, Depends(read_selection)]
AsOf = Annotated[date | None, Depends(read_as_of)]
SchemeName = Annotated[str | None, Depends(read_scheme)]
Language = Annotated[str, Depends(read_language)]
