"""The areas of the service: what each brings to the app, the worker and the migrations."""

from functools import partial

from common.accesses.routes import accesses_router
from common.consuming.forks import dropping_newest
from common.consuming.graduates import of_graduates
from common.contracts import graduate, measure, organisation, registration, response
from common.objects import objects_table
from common.outbox import raising
from common.periodic import every
from common.retention import RETENTION_SECONDS
from common.service_process import Area, Operation, Subscription
from surveys.answer_imports.imports.operations import EMPTY_RESULT as NO_ANSWERS
from surveys.answer_imports.imports.operations import KIND as ANSWERS
from surveys.answer_imports.imports.operations import importing
from surveys.answer_imports.imports.routes import router as answer_import_routes
from surveys.answer_page.routes import ROUTERS as PAGE_ROUTES
from surveys.answers.commands import CLOSE_SECONDS, SETTLE_SECONDS, close_due_waves, end_past, settle_overdue
from surveys.answers.routes import beginning as beginning_routes
from surveys.answers.routes import freezing as freezing_routes
from surveys.answers.routes import revealing as revealing_routes
from surveys.answers.routes import router as answer_routes
from surveys.ballots.operations import SECONDS as SEND_SECONDS
from surveys.ballots.operations import send_due
from surveys.ballots.routes import router as ballot_routes
from surveys.ballots.tables import ballot_sendings, ballots
from surveys.calls.routes import claiming as claiming_routes
from surveys.calls.routes import router as call_routes
from surveys.calls.tables import calls
from surveys.caps.tables import cap_places, wave_caps
from surveys.contact import operations as contact
from surveys.contact import tables as contact_tables
from surveys.contact.routes import ROUTERS as CONTACT_ROUTES
from surveys.data_copies.routes import router as data_routes
from surveys.employers.operations import EXPIRE_SECONDS, KEEP_SECONDS, drop_expired, keep_directory
from surveys.employers.routes import router as employer_routes
from surveys.employers.subscriptions import hear_registrations
from surveys.employers.tables import contacts, employers, feeds
from surveys.entries.operations import SECONDS as ANSWER_SECONDS
from surveys.entries.operations import answer_requests
from surveys.entries.routes import ROUTERS as ENTRY_ROUTES
from surveys.entries.storage import FORGET_SECONDS as FORGET_TRIES_SECONDS
from surveys.entries.storage import forget
from surveys.entries.tables import entry_requests, entry_tries
from surveys.exports.domain.plan import KIND as EXPORT
from surveys.exports.operations import delete_overdue, make_export
from surveys.exports.routes import of_waves as export_of_wave_routes
from surveys.exports.routes import router as export_routes
from surveys.exports.tables import exports
from surveys.invitations.commands import FORGET_SECONDS, KIND, forget_entries
from surveys.invitations.operations import inviting
from surveys.invitations.routes import revoking as revoking_routes
from surveys.invitations.routes import router as invitation_routes
from surveys.invitations.tables import access_entries, invitations
from surveys.liaisons.routes import listing as listing_routes
from surveys.liaisons.routes import router as liaison_routes
from surveys.liaisons.tables import liaison_reports, liaisons
from surveys.measures.storage import raise_streams
from surveys.measures.tables import measure_streams
from surveys.papers.commands import DROP_SECONDS, drop_overdue
from surveys.papers.routes import keying as keying_routes
from surveys.papers.routes import router as paper_routes
from surveys.papers.tables import papers
from surveys.privacy.routes import router as privacy_routes
from surveys.privacy.tables import receipts, statement_versions, statements
from surveys.quality.routes import router as quality_routes
from surveys.questionnaires import routes as questionnaire_routes
from surveys.questionnaires.tables import questionnaire_versions, questionnaires
from surveys.responses.routes import router as response_routes
from surveys.responses.subscriptions import erase_answers
from surveys.responses.tables import (
    detached_answers,
    frozen_rows,
    response_files,
    response_pages,
    responses,
    submitted_contents,
)
from surveys.results.commands import EDITION_SECONDS, take_due
from surveys.results.routes import router as result_routes
from surveys.results.tables import editions, figures, weighted_figures, weightings, weights
from surveys.roster.storage import INCLUDED, INCLUDED_SITUATIONS, must_be_in_scope
from surveys.roster.subscriptions import keep_graduates, keep_groups, keep_registrations, keep_schools, thing_of
from surveys.roster.tables import graduates, groups, registrations, schools
from surveys.schema import metadata
from surveys.units.storage import INCLUDED as INCLUDED_UNITS
from surveys.units.subscriptions import keep_units
from surveys.units.tables import units
from surveys.variables.routes import router as variable_routes
from surveys.wave_plans.commands import MAKE_SECONDS, make_due_waves
from surveys.wave_plans.routes import router as wave_plan_routes
from surveys.wave_plans.tables import wave_plans
from surveys.wave_plans.wire import wave_of
from surveys.waves.routes import router as wave_routes
from surveys.waves.tables import answer_changes, response_streams, wave_eligible, wave_employers, waves

ROSTER = Subscription(
    "quxiang.surveys.roster",
    newest=thing_of,
    included=INCLUDED,
    drop={
        organisation.TOPIC: dropping_newest(schools.c.school_code, schools.c.name_sequence),
        graduate.TOPIC: dropping_newest(graduates.c.graduate_id, graduates.c.counted_sequence),
    },
)

# apart, so that it begins with what the topics have from before it came
SITUATIONS = Subscription(
    "quxiang.surveys.situations",
    newest=thing_of,
    included=INCLUDED_SITUATIONS,
    drop={
        graduate.TOPIC: dropping_newest(groups.c.graduate_id),
        registration.TOPIC: dropping_newest(registrations.c.graduate_id),
    },
)

# apart for the same reason
UNITS = Subscription(
    "quxiang.surveys.units",
    newest=thing_of,
    included=INCLUDED_UNITS,
    drop={organisation.TOPIC: dropping_newest(units.c.school_code)},
)

AREAS = (
    Area(tables=[units], handlers={organisation.CHANGED: keep_units}, subscription=UNITS),
    Area(
        tables=[graduates, schools],
        handlers={
            graduate.REGISTERED: keep_graduates,
            graduate.CHANGED: keep_graduates,
            graduate.WITHDRAWN: keep_graduates,
            graduate.ERASED: keep_graduates,
            organisation.CHANGED: keep_schools,
        },
        subscription=ROSTER,
    ),
    Area(
        tables=[groups, registrations],
        handlers={
            **of_graduates(keep_groups),
            **dict.fromkeys((each.name for each in registration.EVENTS), keep_registrations),
        },
        subscription=SITUATIONS,
    ),
    Area(
        tables=[questionnaires, questionnaire_versions],
        routes=[
            questionnaire_routes.drafts,
            questionnaire_routes.library,
            questionnaire_routes.paper,
            questionnaire_routes.xlsform,
        ],
    ),
    Area(routes=[variable_routes]),
    Area(tables=[statements, statement_versions], routes=[privacy_routes]),
    Area(
        tables=[employers, contacts, feeds],
        routes=[employer_routes],
        handlers=dict.fromkeys((each.name for each in registration.EVENTS), hear_registrations),
        subscription=SITUATIONS,
        periodic=lambda it: [
            every(KEEP_SECONDS, partial(keep_directory, it.database, it.cipher, it.settings)),
            every(EXPIRE_SECONDS, partial(drop_expired, it.database), name="contacts of employers"),
        ],
    ),
    Area(
        tables=[waves, wave_eligible, wave_employers, response_streams, answer_changes, wave_caps, cap_places],
        routes=[wave_routes],
        streams={response.TOPIC: raising(response_streams)},
    ),
    Area(
        tables=[wave_plans],
        routes=[wave_plan_routes],
        periodic=lambda runtime: [every(MAKE_SECONDS, partial(make_due_waves, runtime.database, wave_of))],
    ),
    Area(
        tables=[invitations, access_entries],
        routes=[invitation_routes, revoking_routes],
        operations={KIND: Operation(lambda runtime: inviting(runtime.cipher))},
        periodic=lambda runtime: [every(FORGET_SECONDS, partial(forget_entries, runtime.database), name="entries")],
    ),
    Area(
        tables=[responses, response_pages, frozen_rows],
        routes=[response_routes, quality_routes],
        # after the roster, whose entries come before invitations in the order of locks
        handlers=of_graduates(erase_answers),
        subscription=ROSTER,
    ),
    Area(
        tables=[measure_streams],
        streams={measure.TOPIC: raise_streams},
    ),
    Area(
        tables=[receipts, submitted_contents, detached_answers, response_files, objects_table(metadata)],
        routes=[answer_routes, beginning_routes, revealing_routes, freezing_routes],
        periodic=lambda runtime: [
            every(CLOSE_SECONDS, partial(close_due_waves, runtime.database, runtime.cipher)),
            every(SETTLE_SECONDS, partial(settle_overdue, runtime.database)),
            every(RETENTION_SECONDS, partial(end_past, runtime.database, runtime.cipher), name="retention"),
        ],
    ),
    Area(
        tables=[exports],
        routes=[export_of_wave_routes, export_routes],
        operations={
            EXPORT: Operation(
                lambda runtime: partial(make_export, runtime.cipher, runtime.clients["registry"]),
                empty_result={"rows": 0},
            )
        },
        periodic=lambda runtime: [every(60, partial(delete_overdue, runtime.database), name="exports")],
    ),
    Area(
        tables=[ballots, ballot_sendings],
        routes=[ballot_routes],
        periodic=lambda runtime: [
            every(
                SEND_SECONDS,
                partial(send_due, runtime.database.patient, runtime.cipher, runtime.settings),
                name="ballots",
            )
        ],
    ),
    Area(routes=PAGE_ROUTES),
    Area(
        tables=[editions, figures, weightings, weights, weighted_figures],
        routes=[result_routes],
        periodic=lambda runtime: [every(EDITION_SECONDS, partial(take_due, runtime.database, runtime.cipher))],
    ),
    Area(tables=[calls], routes=[claiming_routes, call_routes]),
    Area(
        tables=[entry_requests, entry_tries],
        routes=ENTRY_ROUTES,
        periodic=lambda runtime: [
            every(FORGET_TRIES_SECONDS, partial(forget, runtime.database), name="shared_entries"),
            every(
                ANSWER_SECONDS,
                partial(answer_requests, runtime.database.patient, runtime.cipher, runtime.settings),
                name="requests_for_links",
            ),
        ],
    ),
    Area(
        tables=contact_tables.TABLES,
        routes=CONTACT_ROUTES,
        periodic=lambda runtime: [
            every(
                contact.SECONDS,
                partial(contact.contact_due, runtime.database.patient, runtime.cipher, runtime.settings),
                name="contact",
            )
        ],
    ),
    Area(tables=[liaisons, liaison_reports], routes=[liaison_routes, listing_routes]),
    Area(
        routes=[answer_import_routes],
        operations={
            ANSWERS: Operation(lambda runtime: importing(runtime.clients["registry"], runtime.cipher), NO_ANSWERS)
        },
    ),
    Area(
        tables=[papers],
        routes=[keying_routes, paper_routes],
        periodic=lambda runtime: [every(DROP_SECONDS, partial(drop_overdue, runtime.database), name="papers")],
    ),
    Area(routes=[data_routes, accesses_router(must_be_in_scope)]),
)
