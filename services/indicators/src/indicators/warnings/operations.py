"""The majors of a cohort are scored as an operation."""

from functools import partial

from common.database import Database
from common.identifiers import Cohort, SchoolCode
from common.operations import Handler, OperationContext, Outcome
from indicators.warnings import commands

EMPTY_RESULT = {"majors": 0, "warned": 0, "exempt": 0}


def scoring(database: Database) -> Handler:
    """The handler of the operation."""

    async def score(context: OperationContext) -> Outcome:
        school = SchoolCode(context.parameters["school_code"])
        act = partial(commands.run, school_code=school, cohort=Cohort(context.parameters["cohort"]))
        return Outcome(await database.act(context.actor, act))

    return score
