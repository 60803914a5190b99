"""What each area of the service brings: tables, routes, handlers of events, long work."""

from functools import partial

from common.accesses.routes import accesses_router
from common.code_entries import keep_code_entries
from common.consuming.forks import dropping_newest
from common.consuming.graduates import of_graduates
from common.contracts import code_list, fact, graduate, organisation, registration, task
from common.contracts import monitoring as monitoring_contract
from common.imports import run_import
from common.outbox import raising
from common.periodic import every
from common.reference_tables.minimum_wages import MINIMUM_WAGE
from common.reference_tables.routes import reference_tables_router
from common.reference_tables.working_days import WORKING_DAYS
from common.service_process import Area, Operation, Subscription
from destinations.cases import tables as case_tables
from destinations.cases.operations import SWEEP_SECONDS, sweep_all
from destinations.cases.routes import router as case_routes
from destinations.cases.routes import rules_router as signal_rule_routes
from destinations.cases.subscriptions import erase_notes
from destinations.checks import tables as check_tables
from destinations.checks.domain.samples import PACKING
from destinations.checks.imports import operations as ledger_imports
from destinations.checks.imports.routes import router as ledger_import_routes
from destinations.checks.operations import NOTHING_PACKED, pack
from destinations.checks.routes.ledger import router as ledger_routes
from destinations.checks.routes.reports import router as self_check_routes
from destinations.checks.routes.samples import router as sample_routes
from destinations.checks.subscriptions import erase_checks
from destinations.coverage.routes import router as coverage_routes
from destinations.data_copies.routes import router as data_routes
from destinations.employers import tables as employer_tables
from destinations.employers.operations import LINK_SECONDS, MEND_SECONDS, link_due, look_for_signals, mend
from destinations.employers.routes import router as employer_routes
from destinations.employers.subscriptions import end_names
from destinations.evidence import tables as evidence_tables
from destinations.evidence.operations import CHECK_SECONDS, check_waiting
from destinations.evidence.routes import of_registration as evidence_of_registration
from destinations.evidence.routes import router as evidence_routes
from destinations.evidence.subscriptions import erase_evidence
from destinations.field_rules.routes import router as field_rule_routes
from destinations.filing import operations as filing
from destinations.filing import tables as filing_tables
from destinations.filing.domain.filing import KIND as FILING
from destinations.filing.routes import router as filing_routes
from destinations.histories.routes import router as history_routes
from destinations.monitoring import operations as monitoring
from destinations.monitoring import tables as monitoring_tables
from destinations.monitoring.routes import cut_off_router
from destinations.monitoring.routes import router as monitoring_routes
from destinations.outside import operations as outside
from destinations.outside import routes as outside_routes
from destinations.outside import tables as outside_tables
from destinations.outside.imports import operations as outside_imports
from destinations.outside.imports.routes import router as outside_import_routes
from destinations.outside.subscriptions import erase_facts
from destinations.reconciliations import operations as reconciling
from destinations.reconciliations import tables as reconciliation_tables
from destinations.reconciliations.routes import router as reconciliation_routes
from destinations.reconciliations.subscriptions import erase_rows
from destinations.registrations import tables as registration_tables
from destinations.registrations.imports.operations import EMPTY_RESULT, KIND, registration_import
from destinations.registrations.imports.routes import router as import_routes
from destinations.registrations.operations import ANNOUNCE_SECONDS, announce_again
from destinations.registrations.routes import router as registration_routes
from destinations.registrations.subscriptions import erase_registrations
from destinations.reminders import operations as reminders
from destinations.reminders import tables as reminder_tables
from destinations.reminders.domain import REMINDING
from destinations.reminders.routes import router as reminder_routes
from destinations.retention import ending
from destinations.reviews import operations as reviews
from destinations.reviews import tables as review_tables
from destinations.reviews.domain import APPLYING, SEALING
from destinations.reviews.routes import queue_router
from destinations.reviews.routes import router as bulk_routes
from destinations.roster import tables as roster_tables
from destinations.roster.storage import INCLUDED, INCLUDED_VERSIONS, must_be_in_scope
from destinations.roster.subscriptions import drop_version, keep_graduates, keep_schools, keep_versions, thing_of
from destinations.schema import code_entries, reference_versions
from destinations.seasons import tables as season_tables
from destinations.seasons.routes import router as season_routes
from destinations.seasons.subscriptions import erase_extensions
from destinations.support import tables as support_tables
from destinations.support.routes import causes_router
from destinations.support.routes import router as support_routes
from destinations.support.subscriptions import erase_plans
from destinations.tasks import tables as task_tables
from destinations.tasks.routes import router as task_routes
from destinations.tasks.subscriptions import erase_tasks
from destinations.tip_offs import operations as tip_offs
from destinations.tip_offs import tables as tip_off_tables
from destinations.tip_offs.routes import of_case as tip_off_case_routes
from destinations.tip_offs.routes import router as tip_off_routes
from destinations.tip_offs.subscriptions import erase_tip_offs

ROSTER = Subscription(
    "quxiang.destinations.roster",
    newest=thing_of,
    included=INCLUDED,
    drop={
        code_list.TOPIC: dropping_newest(code_entries.c.code_list),
        organisation.TOPIC: dropping_newest(roster_tables.schools.c.school_code),
        graduate.TOPIC: dropping_newest(
            roster_tables.graduates.c.graduate_id, roster_tables.graduates.c.counted_sequence
        ),
    },
)
# apart, so that databases that stand already get the versions from before, and that nothing waits for them
ROSTER_VERSIONS = Subscription(
    "quxiang.destinations.roster-versions", included=INCLUDED_VERSIONS, drop={graduate.TOPIC: drop_version}
)

# who is erased: first the roster, whose entry comes first in the order of locks, then the registrations, by which the
# streams are locked, then all others
AREAS = (
    Area(tables=[code_entries], handlers={code_list.CHANGED: keep_code_entries}, subscription=ROSTER),
    Area(
        tables=[roster_tables.schools, roster_tables.graduates],
        handlers={
            organisation.CHANGED: keep_schools,
            graduate.REGISTERED: keep_graduates,
            graduate.CHANGED: keep_graduates,
            graduate.WITHDRAWN: keep_graduates,
            graduate.ERASED: keep_graduates,
        },
        subscription=ROSTER,
    ),
    Area(
        tables=[roster_tables.versions],
        handlers=of_graduates(keep_versions),
        subscription=ROSTER_VERSIONS,
    ),
    Area(
        tables=[season_tables.seasons, season_tables.versions, season_tables.extensions],
        routes=[season_routes],
        handlers=of_graduates(erase_extensions),
        subscription=ROSTER,
    ),
    Area(
        tables=[
            registration_tables.streams,
            registration_tables.registrations,
            registration_tables.versions,
            registration_tables.announced_registrations,
        ],
        routes=[registration_routes, import_routes],
        handlers=of_graduates(erase_registrations),
        subscription=ROSTER,
        operations={
            KIND: Operation(
                lambda it: partial(run_import, registration_import(it.clients["registry"], it.cipher)), EMPTY_RESULT
            )
        },
        periodic=lambda it: [every(ANNOUNCE_SECONDS, partial(announce_again, it.database), name="announcing again")],
        streams={
            registration.TOPIC: raising(registration_tables.streams),
            task.TOPIC: raising(registration_tables.streams, "reminder_sequence"),
        },
    ),
    Area(
        tables=[review_tables.bulk_decisions, review_tables.bulk_decision_items],
        routes=[bulk_routes, queue_router],
        operations={
            SEALING: Operation(
                lambda it: partial(reviews.seal, ask=it.clients["registry"].commissioning_units), reviews.NOTHING_SEALED
            ),
            APPLYING: Operation(
                lambda it: partial(reviews.apply, ask=it.clients["registry"].commissioning_units), reviews.NOTHING_DONE
            ),
        },
    ),
    Area(
        tables=[evidence_tables.evidence],
        routes=[evidence_of_registration, evidence_routes],
        handlers=of_graduates(erase_evidence),
        subscription=ROSTER,
        periodic=lambda it: [
            every(CHECK_SECONDS, partial(check_waiting, it.database, it.objects, it.cipher), name="evidence checks"),
        ],
    ),
    Area(
        tables=[*check_tables.TABLES],
        routes=[ledger_routes, ledger_import_routes, sample_routes, self_check_routes],
        handlers=of_graduates(erase_checks),
        subscription=ROSTER,
        operations={
            ledger_imports.KIND: Operation(
                lambda it: partial(run_import, ledger_imports.ledger_import(it.clients["registry"], it.cipher)),
                ledger_imports.EMPTY_RESULT,
            ),
            PACKING: Operation(lambda it: partial(pack, objects=it.objects, cipher=it.cipher), NOTHING_PACKED),
        },
    ),
    Area(
        tables=[
            monitoring_tables.reports,
            monitoring_tables.waiting,
            monitoring_tables.contents,
            monitoring_tables.publications,
            monitoring_tables.streams,
        ],
        routes=[cut_off_router, monitoring_routes],
        periodic=lambda it: [
            every(monitoring.DUE_SECONDS, partial(monitoring.add_due, it.database.patient), name="monitoring cut-offs"),
            every(
                monitoring.MAKE_SECONDS,
                partial(monitoring.make_reports, it.database.patient, it.settings),
                name="monitoring reports",
            ),
        ],
        streams={monitoring_contract.TOPIC: raising(monitoring_tables.streams)},
    ),
    Area(
        tables=[reconciliation_tables.reconciliations, reconciliation_tables.items],
        routes=[reconciliation_routes],
        handlers=of_graduates(erase_rows),
        subscription=ROSTER,
        operations={reconciling.KIND: Operation(reconciling.handler, reconciling.EMPTY_RESULT)},
    ),
    Area(
        tables=[outside_tables.authorisations, outside_tables.facts, outside_tables.streams, outside_tables.looks],
        routes=[outside_routes.router, outside_routes.facts_router, outside_import_routes],
        handlers=of_graduates(erase_facts),
        subscription=ROSTER,
        operations={outside_imports.KIND: Operation(outside_imports.handler, outside_imports.EMPTY_RESULT)},
        periodic=lambda it: [
            every(outside.LOOK_SECONDS, partial(outside.look_at_due, it.database, it.cipher), name="contradictions"),
            every(outside.TENDING, partial(outside.tend, it.database.patient, it.cipher), name="retention of facts"),
        ],
        streams={fact.TOPIC: raising(outside_tables.streams)},
    ),
    Area(
        tables=[case_tables.cases, case_tables.links, case_tables.events, case_tables.thresholds],
        routes=[case_routes, signal_rule_routes],
        periodic=lambda it: [every(SWEEP_SECONDS, partial(sweep_all, it.database), name="signals")],
        handlers=of_graduates(erase_notes),
        subscription=ROSTER,
    ),
    Area(
        tables=[task_tables.disputes, task_tables.tasks],
        routes=[task_routes],
        handlers=of_graduates(erase_tasks),
        subscription=ROSTER,
    ),
    Area(
        tables=[tip_off_tables.tip_offs, tip_off_tables.messages, tip_off_tables.files, tip_off_tables.days],
        routes=[tip_off_routes, tip_off_case_routes],
        handlers=of_graduates(erase_tip_offs),
        subscription=ROSTER,
        periodic=lambda it: [
            every(1.0, partial(tip_offs.check_waiting, it.database, it.objects), name="tip-off files"),
        ],
    ),
    Area(
        tables=employer_tables.TABLES,
        routes=[employer_routes],
        # after the registrations, whose texts name them
        handlers=of_graduates(end_names),
        subscription=ROSTER,
        periodic=lambda it: [
            every(LINK_SECONDS, partial(link_due, it.database), name="employers"),
            every(MEND_SECONDS, partial(mend, it.database), name="unnamed employers"),
            every(SWEEP_SECONDS, partial(look_for_signals, it.database, it.cipher), name="signals about employers"),
        ],
    ),
    Area(
        tables=[support_tables.plans],
        routes=[support_routes, causes_router],
        # after the roster, whose entry every act on a plan holds
        handlers=of_graduates(erase_plans),
        subscription=ROSTER,
    ),
    Area(
        tables=[filing_tables.filings, filing_tables.parts, filing_tables.items],
        routes=[filing_routes],
        operations={
            FILING: Operation(
                lambda it: partial(filing.prepare, it.clients["registry"], it.cipher, it.objects), filing.EMPTY_RESULT
            )
        },
    ),
    Area(
        tables=[reminder_tables.reminders, reminder_tables.rounds],
        routes=[reminder_routes],
        operations={REMINDING: Operation(lambda _it: reminders.remind, reminders.NOTHING_SENT)},
        periodic=lambda it: [
            every(reminders.SECONDS, partial(reminders.remind_due, it.database.patient), name="reminders")
        ],
    ),
    Area(routes=[data_routes, accesses_router(must_be_in_scope)]),
    Area(routes=[coverage_routes, history_routes]),
    Area(periodic=lambda it: ending(it.database)),
    Area(routes=[field_rule_routes]),
    Area(tables=[reference_versions], routes=[reference_tables_router(MINIMUM_WAGE, WORKING_DAYS)]),
)
