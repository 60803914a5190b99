"""Reading a report: what of a roster the caller sees, and by whose tolerances."""

from common.auth import Principal, Role
from common.errors import NotFound
from common.identifiers import Cohort, CollegeCode
from common.sql import Connection
from registry.quality import storage
from registry.quality.domain import Cut, Report, Width, report
from registry.waivers.domain import highest
from registry.waivers.storage import tolerances

SEE_GRADUATES = (Role.COUNSELLOR, Role.COLLEGE_OFFICER, Role.SCHOOL_OFFICER)
READERS = (*SEE_GRADUATES, Role.PROVINCIAL_OFFICER, Role.AUDITOR)


async def report_on(connection: Connection, *, caller: Principal, cut: Cut) -> Report:
    """The report on what the caller sees of a cut; raises NotFound for a school out of scope."""
    scope = caller.record_scope()
    if not await storage.sees_school(connection, scope, cut.school_code):
        raise NotFound
    seen = scope.among
    own_college = next(iter(seen.college_code), None) if seen.college_code else None
    # of a college that is not the officer's nothing is shown, its waivers neither
    college = cut.college_code if own_college is None else CollegeCode(str(own_college))
    width = Width.SCHOOL if college is None else Width.COLLEGE
    if cut.class_code is not None or seen.class_code is not None:
        width = Width.CLASS
    waived = [] if width is Width.CLASS else await tolerances(connection, cut.school_code, cut.cohort, college)
    before = None
    if width is Width.SCHOOL:
        before = await storage.size(connection, cut.school_code, Cohort(cut.cohort - 1))
    return report(await storage.alike(connection, scope, cut), width, highest(waived), before)
