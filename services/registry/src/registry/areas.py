"""What each area of the service brings: tables, routes, long work."""

from common.service_process import Area, Operation
from registry.codes.routes import router as code_routes
from registry.graduates import tables as graduate_tables
from registry.graduates.routes import router as graduate_routes
from registry.organisation import tables as organisation_tables
from registry.organisation.routes import router as school_routes
from registry.rosters.operation import EMPTY_RESULT, KIND, RosterOperation
from registry.rosters.routes import router as import_routes

AREAS = (
    Area(
        tables=[
            organisation_tables.schools,
            organisation_tables.colleges,
            organisation_tables.majors,
            organisation_tables.classes,
        ],
        routes=[school_routes],
    ),
    Area(
        tables=[graduate_tables.graduates, graduate_tables.graduate_versions],
        routes=[graduate_routes, import_routes],
        operations={KIND: Operation(lambda runtime: RosterOperation(runtime.cipher), EMPTY_RESULT)},
    ),
    Area(routes=[code_routes]),
)
