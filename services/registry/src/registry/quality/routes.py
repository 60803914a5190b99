"""Routes of reports on quality, and of what they lead to."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from common.auth import Principal, Role, require
from common.errors import NotFound
from common.http import Cipher, Db, Page, PageOf, Router, Whole, page_of
from common.identifiers import ClassCode, Cohort, CollegeCode, GraduateId, SchoolCode
from registry.graduates.domain.entry import Filters
from registry.graduates.domain.findings import OF_ROSTERS, RULES
from registry.graduates.storage import roster
from registry.graduates.wire import GraduateAnswer
from registry.quality import commands, storage
from registry.quality.domain import Cut
from registry.quality.wire import DuplicateBody, QualityReport

router = Router(prefix="/v1", tags=["quality"])

Reader = Annotated[Principal, Depends(require(*commands.READERS))]
SeesGraduates = Annotated[Principal, Depends(require(*commands.SEE_GRADUATES))]
Administrator = Annotated[Principal, Depends(require(Role.ADMIN))]
OfCohort = Annotated[Whole, Query(ge=1977, le=2200)]
UnitQuery = Query(min_length=1, max_length=64)


async def cut_of(
    school: Annotated[SchoolCode, Query(pattern=r"^[0-9]{5}$")],
    cohort: OfCohort,
    college: Annotated[CollegeCode | None, UnitQuery] = None,
    class_code: Annotated[ClassCode | None, Query(alias="class", min_length=1, max_length=64)] = None,
) -> Cut:
    """The part of a roster that is asked for."""
    return Cut(school_code=school, cohort=Cohort(cohort), college_code=college, class_code=class_code)


@router.get("/quality-report", summary="Report on the quality of a roster")
async def read_quality_report(*, database: Db, caller: Reader, cut: Annotated[Cut, Depends(cut_of)]) -> QualityReport:
    async with database.reading() as connection:
        report = await commands.report_on(connection, caller=caller, cut=cut)
    return QualityReport.of(report, cut)


@router.get("/quality-report/{rule}/graduates", summary="List the graduates who break a rule")
async def list_graduates_who_break_a_rule(
    *,
    database: Db,
    cipher: Cipher,
    caller: SeesGraduates,
    rule: str,
    page: Page,
    cut: Annotated[Cut, Depends(cut_of)],
) -> PageOf[GraduateAnswer]:
    if rule not in RULES or rule in OF_ROSTERS:
        raise NotFound
    scope, after = caller.row_scope(), page.after(str, int, UUID)
    async with database.reading() as connection:
        if not await storage.sees_school(connection, scope, cut.school_code):
            raise NotFound
        found = await roster.listed(
            connection, cipher, scope, Filters(**vars(cut)), after=after, limit=page.limit + 1, rule=rule
        )
    return page_of(
        page,
        found,
        lambda stored: (stored.school_code, stored.cohort, stored.id),
        lambda stored: GraduateAnswer.of(stored, caller),
    )


@router.get("/duplicates", summary="List persons who count in several schools")
async def list_duplicates(
    *, database: Db, _caller: Administrator, cohort: OfCohort, page: Page
) -> PageOf[DuplicateBody]:
    after = page.last_seen(UUID)
    async with database.reading() as connection:
        found = await storage.duplicates(
            connection, Cohort(cohort), None if after is None else GraduateId(after), page.limit + 1
        )
    return page_of(page, found, lambda entries: entries[0].graduate_id, DuplicateBody.of)
