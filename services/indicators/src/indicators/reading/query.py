"""Query parameters of figures, and the language of labels, as dependencies."""

from collections.abc import Mapping
from datetime import date
from inspect import Parameter, Signature
from keyword import iskeyword
from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Request

from common.http import Day, Whole
from common.http.language import preferred_language
from common.identifiers import Cohort
from indicators.reading.selection import Graduates, Level, Selection, dimensions_of, scope_of
from indicators.schemes.groupings import DIMENSIONS, Dimension
from indicators.schemes.schemes import SCHEMES, Scheme, default_scheme

_VALUE = r"^[^\x00]{1,64}$"

ValueQuery = Annotated[str | None, Query(pattern=_VALUE)]
SchoolQuery = Annotated[str | None, Query(pattern=r"^[0-9]{5}$", description="院校代码: one school")]
CohortQuery = Annotated[Whole, Query(ge=1977, le=2200, description="届: year of graduation")]
ByQuery = Annotated[
    str | None,
    Query(
        max_length=1_000,
        description="Groupings, comma-separated: college major class …; `GET /v1/dimensions` has them all",
    ),
]


async def read_filters(**given: str | None) -> Mapping[str, str]:
    """What each dimension is kept to, by name."""
    return {name.removesuffix("_"): value for name, value in given.items() if value is not None}


def _filter_parameter(dimension: Dimension) -> Parameter:
    # a keyword of the language is no name of a parameter
    name = f"{dimension.name}_" if iskeyword(dimension.name) else dimension.name
    kept: Any = Literal[dimension.words] if dimension.words else str
    pattern = None if dimension.words else _VALUE
    query = Query(alias=dimension.name, pattern=pattern, description=f"{dimension.title.zh} {dimension.title.en}")
    return Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kept | None, query])


# each dimension is a parameter; one school is a scope
_FILTERS = Signature([_filter_parameter(each) for each in DIMENSIONS.values() if each.name != Level.SCHOOL])
vars(read_filters)["__signature__"] = _FILTERS


async def read_graduates(
    filters: Annotated[Mapping[str, str], Depends(read_filters)],
    school: SchoolQuery = None,
    province: Annotated[str | None, Query(pattern=r"^[0-9]{6}$", description="All schools of a province")] = None,
    nation: Annotated[Literal["CN"] | None, Query(description="All schools")] = None,
    by: ByQuery = None,
) -> Graduates:
    """Scope, groupings and filters; raises BadQuery."""
    return Graduates(scope_of(school, province, nation), dimensions_of(by), filters)


ChosenGraduates = Annotated[Graduates, Depends(read_graduates)]


async def read_selection(cohort: CohortQuery, graduates: ChosenGraduates) -> Selection:
    """The same of one cohort; raises BadQuery."""
    return graduates.of(Cohort(cohort))


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
