"""What each area of the service brings: tables, routes, handlers of events, periodic work."""

from collections.abc import Iterable
from functools import partial

from common.code_entries import keep_code_entries
from common.consuming.forks import dropping_newest
from common.contracts import code_list, fact, graduate, measure, organisation, rate, registration, response
from common.contracts.catalogue import EVENT_TYPES
from common.contracts.code_list import CodeEntryData
from common.contracts.envelope import IncomingEvent
from common.contracts.organisation import OrganisationData
from common.periodic import every
from common.reference_tables.routes import reference_tables_router
from common.service_process import Area, Operation, Subscription
from indicators.comparisons.routes import router as comparison_routes
from indicators.dashboard.routes import router as dashboard_routes
from indicators.data_copies.routes import router as data_routes
from indicators.definitions.routes import router as definition_routes
from indicators.dimensions.routes import router as dimension_routes
from indicators.facts import tables as fact_tables
from indicators.facts.subscriptions import drop_fact, keep_facts
from indicators.measures import storage as measures
from indicators.measures import tables as measure_tables
from indicators.measures.subscriptions import close_waves, drop_answer, keep_measures
from indicators.measures.subscriptions import thing_of as answer_of
from indicators.movements.routes import router as movement_routes
from indicators.organisation import tables as organisation_tables
from indicators.organisation.subscriptions import keep_units
from indicators.progress import tables as progress_tables
from indicators.progress.storage import report
from indicators.progress.tokens import STORED
from indicators.publishing import tables as publication_tables
from indicators.publishing.domain.publications import PROPOSE
from indicators.publishing.operations import proposing
from indicators.publishing.routes import open_router as published_routes
from indicators.publishing.routes import page_router as published_pages
from indicators.publishing.routes import router as publication_routes
from indicators.rates import tables as rate_tables
from indicators.rates.announcements import EVERY_SECONDS, announce_moved_groups, raise_streams
from indicators.rates.routes import router as rate_routes
from indicators.references.known import CITY_TIER, CPI, SALARY_BENCHMARK
from indicators.reports import operations as report_making
from indicators.reports import tables as report_tables
from indicators.reports.domain import KIND as REPORTS
from indicators.reports.routes import router as report_routes
from indicators.responses import tables as response_tables
from indicators.responses.routes import router as response_routes
from indicators.responses.subscriptions import drop_response, keep_responses
from indicators.schema import code_entries, reference_versions
from indicators.snapshots import operations as freezing
from indicators.snapshots import tables as snapshot_tables
from indicators.snapshots.domain.snapshots import VERIFY
from indicators.snapshots.routes import router as snapshot_routes
from indicators.stream.routes import router as stream_routes
from indicators.structures.routes import router as structure_routes
from indicators.timeline import tables as timeline_tables
from indicators.timeline.rebuild import RENEW_SECONDS, renew_old_spans
from indicators.timeline.subscriptions import drop_version, fold_events, lock
from indicators.tracking import tables as tracking_tables
from indicators.tracking.operations import EVERY_SECONDS as EDITIONS_SECONDS
from indicators.tracking.operations import Editions
from indicators.tracking.routes import router as tracking_routes
from indicators.trends.routes import router as trend_routes
from indicators.warnings import operations as scoring
from indicators.warnings import tables as warning_tables
from indicators.warnings.domain import warnings as warning
from indicators.warnings.routes import router as warning_routes
from indicators.warnings.routes import rule_router as warning_rule_routes
from indicators.warnings.routes import run_router as warning_run_routes


def thing_of(event: IncomingEvent) -> str | None:
    """Of a unit and of a row of a code list only the newest event is kept, of everything else each."""
    match event.data:
        case OrganisationData():
            return event.data.unit
        case CodeEntryData():
            return event.data.entry
        case _:
            return None


FIGURES = Subscription(
    "quxiang.indicators.figures",
    first=lock,
    on_progress=report,
    newest=thing_of,
    included=STORED,
    drop={
        code_list.TOPIC: dropping_newest(code_entries.c.code_list),
        organisation.TOPIC: dropping_newest(organisation_tables.units.c.school_code),
        graduate.TOPIC: drop_version,
        registration.TOPIC: drop_version,
    },
)
RESPONSES = Subscription(
    "quxiang.indicators.responses", on_progress=report, included=STORED, drop={response.TOPIC: drop_response}
)
FACTS = Subscription("quxiang.indicators.facts", on_progress=report, included=STORED, drop={fact.TOPIC: drop_fact})
MEASURES = Subscription(
    "quxiang.indicators.measures",
    on_progress=report,
    newest=answer_of,
    included=measures.INCLUDED,
    drop={measure.TOPIC: drop_answer},
)


def types_of(*topics: str) -> Iterable[str]:
    """All types of event in these topics: the history of a topic is complete only with every one."""
    return [each.name for each in EVENT_TYPES.values() if each.topic in topics]


AREAS = (
    Area(
        tables=[code_entries],
        handlers={code_list.CHANGED: keep_code_entries},
        subscription=FIGURES,
    ),
    Area(
        tables=[organisation_tables.units],
        handlers=dict.fromkeys(types_of(organisation.TOPIC), keep_units),
        subscription=FIGURES,
    ),
    Area(
        tables=[
            timeline_tables.roster_versions,
            timeline_tables.destination_versions,
            timeline_tables.spans,
            timeline_tables.cells,
            timeline_tables.moved_groups,
            timeline_tables.next_spans,
            timeline_tables.next_graduates,
            timeline_tables.next_schools,
        ],
        handlers=dict.fromkeys(types_of(graduate.TOPIC, registration.TOPIC), fold_events),
        subscription=FIGURES,
        periodic=lambda runtime: [
            every(RENEW_SECONDS, partial(renew_old_spans, runtime.database, runtime.settings.partitions))
        ],
    ),
    Area(tables=[progress_tables.applied_partitions]),
    Area(
        tables=[rate_tables.rate_streams],
        routes=[rate_routes],
        periodic=lambda runtime: [every(EVERY_SECONDS, partial(announce_moved_groups, runtime.database))],
        streams={rate.TOPIC: raise_streams},
    ),
    Area(routes=[structure_routes]),
    Area(routes=[trend_routes]),
    Area(routes=[comparison_routes]),
    Area(routes=[movement_routes]),
    Area(
        tables=[
            snapshot_tables.snapshots,
            snapshot_tables.contents,
            snapshot_tables.rows,
            snapshot_tables.dismissed,
        ],
        routes=[snapshot_routes],
        operations={VERIFY: Operation(lambda it: freezing.verifying(it.database))},
        periodic=lambda it: [
            every(freezing.DUE_SECONDS, partial(freezing.add_due, it.database.patient, it.settings), name="snapshots"),
            every(
                freezing.FREEZE_SECONDS,
                partial(freezing.freeze_pending, it.database.patient, it.settings),
                name="frozen snapshots",
            ),
        ],
    ),
    Area(
        tables=[warning_tables.rules, warning_tables.runs, warning_tables.warnings],
        routes=[warning_rule_routes, warning_run_routes, warning_routes],
        operations={warning.KIND: Operation(lambda it: scoring.scoring(it.database), scoring.EMPTY_RESULT)},
    ),
    Area(
        tables=[publication_tables.publications, publication_tables.contents],
        routes=[publication_routes, published_routes, published_pages],
        operations={PROPOSE: Operation(lambda it: proposing(it.cipher))},
    ),
    Area(
        tables=[report_tables.reports, report_tables.report_files],
        routes=[report_routes],
        operations={REPORTS: Operation(report_making.making, report_making.NO_REPORTS)},
    ),
    Area(
        tables=[
            response_tables.response_versions,
            response_tables.employer_response_versions,
            response_tables.response_marks,
        ],
        routes=[response_routes],
        handlers=dict.fromkeys(types_of(response.TOPIC), keep_responses),
        subscription=RESPONSES,
    ),
    Area(
        tables=[fact_tables.fact_versions],
        handlers=dict.fromkeys(types_of(fact.TOPIC), keep_facts),
        subscription=FACTS,
    ),
    Area(
        tables=[measure_tables.measure_answers, measure_tables.closed_waves],
        handlers={
            measure.RECORDED: keep_measures,
            measure.WITHDRAWN: keep_measures,
            measure.WAVE_CLOSED: close_waves,
        },
        subscription=MEASURES,
    ),
    Area(routes=[stream_routes]),
    Area(routes=[dashboard_routes]),
    Area(routes=[definition_routes]),
    Area(
        tables=[tracking_tables.editions, tracking_tables.figures],
        routes=[tracking_routes],
        periodic=lambda runtime: [
            every(EDITIONS_SECONDS, Editions(runtime.database.patient).take_due, name="take_due_editions")
        ],
    ),
    Area(routes=[dimension_routes]),
    Area(tables=[reference_versions], routes=[reference_tables_router(CITY_TIER, CPI, SALARY_BENCHMARK)]),
    Area(routes=[data_routes]),
)
