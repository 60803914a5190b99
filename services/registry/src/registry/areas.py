"""What each area of the service brings: tables, routes, long work."""

from functools import partial

from common.accesses.routes import accesses_router
from common.auth import SYSTEM
from common.contracts import code_list, graduate, organisation
from common.imports import run_import
from common.outbox import raising
from common.periodic import every
from common.service_process import Area, Operation
from registry.codes import tables as code_tables
from registry.codes.routes import router as code_routes
from registry.corrections import tables as correction_tables
from registry.corrections.routes import router as correction_routes
from registry.data_copies import operations as data_copies
from registry.data_copies.domain.copies import KIND as DATA_COPY
from registry.data_copies.routes import data_routes
from registry.data_copies.routes import router as data_copy_routes
from registry.data_copies.tables import data_copies as data_copy_table
from registry.disposal.operations import DISPOSAL_SECONDS, dispose
from registry.erasures import tables as erasure_tables
from registry.erasures.operations import ERASE_SECONDS, erase_due
from registry.erasures.routes import router as erasure_routes
from registry.exports import operations as exports
from registry.exports import tables as export_tables
from registry.exports.domain.clear import KIND as CLEAR_EXPORT
from registry.exports.domain.plan import KIND as EXPORT
from registry.exports.routes import roster_router as export_routes
from registry.exports.routes import router as clear_export_routes
from registry.graduates import tables as graduate_tables
from registry.graduates.commands import erase_again
from registry.graduates.imports.columns import FIELDS
from registry.graduates.imports.operations import EMPTY_RESULT, KIND, import_roster, roster_import
from registry.graduates.imports.proposals import operations as proposals
from registry.graduates.imports.routes import router as import_routes
from registry.graduates.operations import ANNOUNCE_SECONDS, announce_again
from registry.graduates.routes import router as graduate_routes
from registry.graduates.storage import roster, versions
from registry.graduates.storage.judging import JUDGE_SECONDS, judge_again
from registry.histories.routes import router as history_routes
from registry.import_mappings import tables as mapping_tables
from registry.import_mappings.routes import mappings_router
from registry.notices.routes import router as notice_routes
from registry.organisation import storage as organisation_storage
from registry.organisation import tables as organisation_tables
from registry.organisation.imports.operations import KIND as UNITS
from registry.organisation.imports.operations import UNIT_IMPORT
from registry.organisation.imports.routes import router as unit_import_routes
from registry.organisation.operations import TAKE_SECONDS, take_national_codes
from registry.organisation.routes import router as school_routes
from registry.photos import tables as photo_tables
from registry.photos.imports.operations import EMPTY_RESULT as PHOTOS_EMPTY_RESULT
from registry.photos.imports.operations import KIND as PHOTOS
from registry.photos.imports.operations import run_photo_import
from registry.photos.imports.routes import router as photo_import_routes
from registry.photos.routes import router as photo_routes
from registry.population_changes import tables as change_tables
from registry.population_changes.imports.operations import EMPTY_RESULT as CHANGES_RESULT
from registry.population_changes.imports.operations import KIND as CHANGES
from registry.population_changes.imports.operations import change_import
from registry.population_changes.imports.routes import router as change_import_routes
from registry.population_changes.routes import router as change_routes
from registry.quality.routes import router as quality_routes
from registry.reveals import tables as reveal_tables
from registry.reveals.routes import router as reveal_routes
from registry.talents import tables as talent_tables
from registry.talents.commands import EXPIRY_SECONDS, expire_contacts
from registry.talents.routes import open_router as consent_routes
from registry.talents.routes import router as talent_routes
from registry.waivers import tables as waiver_tables
from registry.waivers.routes import router as waiver_routes

AREAS = (
    Area(
        tables=[
            organisation_tables.schools,
            organisation_tables.colleges,
            organisation_tables.majors,
            organisation_tables.major_predecessors,
            organisation_tables.classes,
        ],
        routes=[school_routes, unit_import_routes],
        operations={UNITS: Operation(lambda _runtime: partial(run_import, UNIT_IMPORT), UNIT_IMPORT.empty_result)},
        periodic=lambda runtime: [every(TAKE_SECONDS, partial(take_national_codes, runtime.database))],
        streams={organisation.TOPIC: organisation_storage.raise_streams},
    ),
    Area(
        tables=[
            graduate_tables.data_keys,
            graduate_tables.graduates,
            graduate_tables.graduate_versions,
            graduate_tables.erased_numbers,
            graduate_tables.announced_rosters,
            graduate_tables.import_sources,
            graduate_tables.notices,
        ],
        routes=[graduate_routes, import_routes],
        operations={
            KIND: Operation(lambda runtime: partial(import_roster, roster_import(runtime.cipher)), EMPTY_RESULT),
            proposals.KIND: Operation(lambda _runtime: proposals.propose_mapping, proposals.EMPTY_RESULT),
        },
        streams={graduate.TOPIC: versions.raise_streams},
        erasing={graduate.TOPIC: lambda runtime: partial(erase_again, cipher=runtime.cipher)},
        periodic=lambda runtime: [
            every(ANNOUNCE_SECONDS, partial(announce_again, runtime.database)),
            every(JUDGE_SECONDS, partial(judge_again, runtime.database, runtime.cipher)),
        ],
    ),
    Area(
        tables=[photo_tables.photos],
        routes=[photo_routes, photo_import_routes],
        operations={
            PHOTOS: Operation(
                lambda runtime: partial(run_photo_import, runtime.objects, runtime.cipher), PHOTOS_EMPTY_RESULT
            )
        },
    ),
    Area(tables=[mapping_tables.import_mappings], routes=[mappings_router(FIELDS)]),
    Area(routes=[history_routes]),
    Area(tables=[correction_tables.corrections, correction_tables.correction_proofs], routes=[correction_routes]),
    Area(routes=[notice_routes]),
    Area(
        tables=[
            change_tables.population_changes,
            change_tables.population_change_files,
            change_tables.population_change_graduates,
        ],
        routes=[change_routes, change_import_routes],
        operations={
            CHANGES: Operation(lambda runtime: partial(run_import, change_import(runtime.cipher)), CHANGES_RESULT)
        },
    ),
    Area(
        tables=[erasure_tables.erasures],
        routes=[erasure_routes],
        periodic=lambda runtime: [every(ERASE_SECONDS, partial(erase_due, runtime.database, runtime.cipher))],
    ),
    Area(tables=[waiver_tables.waivers, waiver_tables.waiver_graduates], routes=[waiver_routes]),
    Area(routes=[quality_routes]),
    Area(
        tables=[export_tables.clear_exports],
        routes=[export_routes, clear_export_routes],
        operations={
            EXPORT: Operation(lambda runtime: partial(exports.export_roster, runtime.cipher), exports.EMPTY_RESULT),
            CLEAR_EXPORT: Operation(
                lambda runtime: partial(exports.make_clear_export, runtime.cipher), exports.EMPTY_RESULT
            ),
        },
        periodic=lambda runtime: [every(60, partial(exports.delete_overdue, runtime.database))],
    ),
    Area(
        tables=[data_copy_table],
        routes=[data_routes, data_copy_routes],
        operations={
            DATA_COPY: Operation(
                lambda runtime: partial(
                    data_copies.make_copy, runtime.clients["others"], runtime.objects, runtime.cipher
                )
            )
        },
        periodic=lambda runtime: [every(60, partial(data_copies.end_over, runtime.database), name="data copies")],
    ),
    Area(
        tables=[reveal_tables.reveals, reveal_tables.reveal_days],
        routes=[reveal_routes, accesses_router(roster.require)],
    ),
    Area(
        tables=[code_tables.code_entries.main, code_tables.code_entries.versions, code_tables.code_entries.streams],
        routes=[code_routes],
        streams={code_list.TOPIC: raising(code_tables.code_entries.streams)},
    ),
    Area(periodic=lambda runtime: [every(DISPOSAL_SECONDS, partial(dispose, runtime.database), name="retention")]),
    Area(
        tables=[
            talent_tables.profiles,
            talent_tables.consent_receipts,
            talent_tables.contacts,
            talent_tables.contact_days,
        ],
        routes=[talent_routes, consent_routes],
        periodic=lambda runtime: [
            every(EXPIRY_SECONDS, partial(runtime.database.act, SYSTEM, expire_contacts), name="contact requests")
        ],
    ),
)
