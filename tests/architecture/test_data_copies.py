"""Who adds a table about persons decides whether the copy of a person's data has it: it is named here, or why not."""

from collections.abc import Mapping, Set
from importlib import import_module

import pytest
from sqlalchemy import Column, MetaData, Table, Uuid

from common.database import new_metadata
from common.service_process import Composition

SERVICES = ("registry", "destinations", "surveys", "indicators")
PATH = "/v1/graduates/{graduate_id}/data"

COLLECTED: Mapping[str, Mapping[str, str]] = {
    "registry": {
        "accesses": "accesses",
        "consent_receipts": "consents",
        "contact_requests": "contact_requests",
        "correction_proofs": "corrections",
        "corrections": "corrections",
        "data_copies": "data_copies",
        "erasures": "erasures",
        "graduate_versions": "versions",
        "graduates": "entry",
        "notices": "notices",
        "photos": "photo",
        "population_change_graduates": "population_changes",
        "population_changes": "population_changes",
        "talent_profiles": "talent_profile",
        "waiver_graduates": "waivers",
    },
    "destinations": {
        "accesses": "accesses",
        "case_registrations": "cases",
        "disputes": "disputes",
        "evidence": "evidence",
        "ledger_entries": "ledger_entries",
        "ledger_results": "ledger_entries",
        "facts": "facts",
        "reconciliation_items": "reconciliations",
        "sample_assignments": "samples",
        "sample_decisions": "samples",
        "sample_items": "samples",
        "self_check_items": "self_checks",
        "filing_items": "filings",
        "registration_versions": "registration_versions",
        "registrations": "registrations",
        "reminders": "reminders",
        "roster_graduates": "roster_entry",
        "roster_versions": "roster_versions",
        "season_extensions": "extensions",
        "support_plans": "support_plans",
        "tasks": "tasks",
    },
    "surveys": {
        "effective_registrations": "registrations",
        "graduates": "roster_entry",
        "calls": "calls",
        "papers": "papers",
        "liaisons": "liaisons",
        "liaison_reports": "liaison_reports",
        "invitations": "invitations",
        "accesses": "accesses",
        "cap_places": "responses",
        "contact_attempts": "contacts",
        "opt_outs": "opt_outs",
        "response_consents": "consents",
        "response_files": "responses",
        "response_pages": "responses",
        "responses": "responses",
        "roster_groups": "groups",
        "submitted_contents": "responses",
        "wave_eligible": "waves",
    },
    "indicators": {
        "destination_versions": "destination_versions",
        "fact_versions": "fact_versions",
        "measure_answers": "measures",
        "response_versions": "response_versions",
        "roster_versions": "roster_versions",
        "snapshot_rows": "snapshot_rows",
        "spans": "spans",
    },
}
"""Service → table with a graduate's id → the kind of record that has what it says (`collect` of the service)."""

_COUNTER = "how many events were published of the graduate, and the day of the last one"
LEFT_OUT: Mapping[str, Mapping[str, str]] = {
    "destinations": {
        "destination_streams": _COUNTER,
        "contact_indexes": "a keyed index of a phone that is in registrations, equal where two are; not the graduate's",
        "fact_streams": _COUNTER,
        "fact_looks": "which version of a fact was compared with which registration: what came of it is in cases",
        "bulk_decision_items": "which version a bulk decision named: what it decided is in registration_versions",
    },
    "surveys": {
        "response_streams": _COUNTER,
        "stop_tokens": "digests of tokens that end contact: what came of one is in opt_outs",
        "access_entries": "digests of tokens that live for hours, for invitations: nothing else of a person",
        "result_weights": "how much an answer counts, by its strata, which are in waves",
        "frozen_rows": "digests of what counted when a wave was frozen: what was answered is in responses",
    },
    "indicators": {
        "next_graduates": "which versions were read when spans were made anew: they are in roster_versions and others",
        "next_spans": "spans made anew of the versions, until the school is switched to them: then they are in spans",
    },
}
"""Service → table with a graduate's id → why the copy does without it."""


def composition(service: str) -> Composition:
    found: Composition = import_module(f"{service}.app").COMPOSITION
    return found


def tables_about_persons(metadata: MetaData) -> Set[str]:
    """Names of the tables that name a graduate by id, and of those whose rows belong to theirs."""
    found = {name for name, table in metadata.tables.items() if "graduate_id" in table.c or name == "graduates"}
    grown: set[str] = set()
    while grown != found:
        grown = set(found)
        found |= {
            name
            for name, table in metadata.tables.items()
            if any(key.column.table.name in grown for key in table.foreign_keys)
        }
    return found


def answers_data(service: str) -> bool:
    routers = (router for area in composition(service).areas for router in area.routes)
    return any(getattr(route, "path", None) == PATH for router in routers for route in router.routes)


@pytest.mark.parametrize("service", SERVICES)
def test_every_table_about_persons_is_collected_or_left_out_for_a_reason(service: str) -> None:
    assert answers_data(service)
    collected, left_out = COLLECTED[service], LEFT_OUT.get(service, {})
    assert not collected.keys() & left_out.keys()
    assert all(left_out.values())
    assert collected.keys() | left_out.keys() == tables_about_persons(composition(service).metadata)


def test_a_new_table_about_persons_is_noticed() -> None:
    metadata = new_metadata()
    Table("letters", metadata, Column("id", Uuid, primary_key=True), Column("graduate_id", Uuid))
    Table("schools", metadata, Column("id", Uuid, primary_key=True))
    assert tables_about_persons(metadata) == {"letters"}
