"""A complete request for every write that needs a token: what decides over it is then only who asks."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import openpyxl
from campus import population_change, waiver
from contents import CONTENTS
from format_a import destination_cells, graduate_row, workbook
from portraits import jpeg, zipped
from survey_team import QUESTIONNAIRE

Json = dict[str, Any]
Write = tuple[str, str]

BODILESS = (
    *(("POST", f"/v1/registrations/{{registration_id}}/{action}") for action in (
        "submit", "counsellor-approve", "college-approve", "school-approve", "confirm", "request-void", "void",
    )),
    ("POST", "/v1/questionnaires/{questionnaire_id}/publish"),
    ("POST", "/v1/privacy-statements/{statement_id}/publish"),
    ("POST", "/v1/questionnaires/{questionnaire_id}/lint"),
    ("POST", "/v1/responses/{response_id}/withdraw"),
    ("POST", "/v1/waves/{wave_id}/freeze"),
    ("POST", "/v1/waves/{wave_id}/code-sheets"),
    ("POST", "/v1/waves/{wave_id}/enter"),
    ("POST", "/v1/invitations/{invitation_id}/revoke"),
    ("POST", "/v1/opt-outs/{opt_out_id}/revoke"),
    ("POST", "/v1/waves/{wave_id}/calls"),
    ("POST", "/v1/operations/{operation_id}/cancel"),
    ("POST", "/v1/population-changes/{change_id}/approve"),
    ("POST", "/v1/population-changes/{change_id}/withdraw"),
    ("POST", "/v1/waivers/{waiver_id}/approve"),
    ("POST", "/v1/waivers/{waiver_id}/withdraw"),
    ("POST", "/v1/erasures/{erasure_id}/approve"),
    ("POST", "/v1/erasures/{erasure_id}/withdraw"),
    ("POST", "/v1/clear-exports/{export_id}/approve"),
    ("POST", "/v1/clear-exports/{export_id}/withdraw"),
    ("POST", "/v1/exports/{export_id}/approve"),
    ("POST", "/v1/exports/{export_id}/withdraw"),
    ("POST", "/v1/corrections/{correction_id}/withdraw"),
    ("POST", "/v1/graduates/{graduate_id}/photo/accept"),
    ("POST", "/v1/data-copies"),
    *(("POST", f"/v1/support-plans/{{plan_id}}/{step}") for step in ("close", "reopen")),
    *(("POST", f"/v1/evidence/{{evidence_id}}/{act}") for act in ("accept", "hold", "release-hold")),
    ("DELETE", "/v1/evidence/{evidence_id}"),
    *(("POST", f"/v1/self-check-reports/{{self_check_id}}/{act}") for act in ("accept", "link")),
    ("POST", "/v1/monitoring-reports/{report_id}/publish"),
    ("POST", "/v1/warning-rules/{rule_id}/approve"),
    ("POST", "/v1/warnings/{warning_id}/open-review"),
    *(("POST", f"/v1/snapshots/{{snapshot_id}}/{act}") for act in ("approve", "verify")),
    ("POST", "/v1/publications/{publication_id}/propose"),
    *(("POST", f"/v1/filings/{{filing_id}}/{act}") for act in ("send", "discard", "accept", "return")),
    ("POST", "/v1/contact-requests/{contact_id}/decline"),
    ("DELETE", "/v1/graduates/{graduate_id}/talent-profile"),
    ("DELETE", "/v1/employers/{employer_id}/contacts/{contact_id}"),
    ("DELETE", "/v1/schools/{school_code}/import-mappings/{name}"),
)  # fmt: skip
OPT_OUT = ("POST", "/v1/opt-outs")
OUTSIDE_DATA = ("POST", "/v1/imports/outside-data")
AUTHORISATION = ("POST", "/v1/source-authorisations")
EVIDENCE = ("POST", "/v1/registrations/{registration_id}/evidence")
CASE = ("POST", "/v1/cases")
LEDGER = ("POST", "/v1/ledger-entries")
REPORT = ("POST", "/v1/monitoring-reports")
SAMPLE = ("POST", "/v1/samples")
SELF_CHECK = ("POST", "/v1/self-check-reports")
FILING = ("POST", "/v1/filings")
SURVEYED = ("POST", "/v1/employers")
SURVEYED_CONTACT = ("POST", "/v1/employers/{employer_id}/contacts")
WARNING_RULE = ("POST", "/v1/warning-rules")
WARNING_RUN = ("POST", "/v1/warning-runs")
QUALITY_REPORT = ("POST", "/v1/reports")
SNAPSHOT = ("POST", "/v1/snapshots")
PUBLICATION = ("POST", "/v1/publications")
RECONCILING = ("POST", "/v1/reconciliations")
PROFILE = ("PUT", "/v1/graduates/{graduate_id}/talent-profile")
EMPLOYER = {"employer_name": "本校单位", "employer_uscc": None}
"""What only one school has."""

CONTACT = ("POST", "/v1/talents/{profile_id}/contact-requests")
LIAISON = ("POST", "/v1/liaisons")
PAPER = ("POST", "/v1/waves/{wave_id}/papers")
STATEMENT = ("POST", "/v1/privacy-statements")
WAVE_PLAN = ("POST", "/v1/wave-plans")
PHOTO = ("PUT", "/v1/graduates/{graduate_id}/photo")
SEASON = "2199"
"""A cohort without people: its season decides over no write about them."""

MAPPING = {"columns": {"学生编号": "student_number", "备注": None}}


def complete_requests(
    school: str, college: str, major: str, graduate: str, questionnaire: str
) -> dict[Write, dict[str, Any]]:
    """Method and path → what an HTTP client is to send."""
    unit, roster = {"code": "Z9", "name": "新单位"}, {"school_code": school, "cohort": 2024}
    reason, renamed = {"reason": "材料不全"}, {"name": "改名单位"}
    bodies: dict[Write, Json] = {
        ("POST", "/v1/schools"): unit | {"code": school, "province_code": "410000"},
        ("PATCH", "/v1/schools/{school_code}"): renamed,
        ("POST", "/v1/schools/{school_code}/colleges"): unit,
        ("PATCH", "/v1/schools/{school_code}/colleges/{code}"): renamed,
        ("POST", "/v1/schools/{school_code}/majors"): unit | {"college_code": college},
        ("PATCH", "/v1/schools/{school_code}/majors/{code}"): renamed,
        ("POST", "/v1/schools/{school_code}/classes"): unit | {"college_code": college, "major_code": major},
        ("PATCH", "/v1/schools/{school_code}/classes/{code}"): renamed,
        ("PUT", "/v1/schools/{school_code}/import-mappings/{name}"): MAPPING,
        ("POST", "/v1/code-lists/{name}/entries"): {"code": "500901", "label_zh": "新区", "valid_from": "2024-05-01"},
        ("POST", "/v1/graduates"): roster | {"student_number": "Z9", "name": "李四"},
        ("PATCH", "/v1/graduates/{graduate_id}"): {"sex_code": "1"},
        ("POST", "/v1/graduates/{graduate_id}/self-check"): {"graduate_version": 1},
        ("POST", "/v1/graduates/{graduate_id}/notices/read"): {"up_to": "01890000-0000-7000-8000-000000000000"},
        ("POST", "/v1/population-changes"): population_change(school, [graduate], "extend"),
        ("PATCH", "/v1/population-changes/{change_id}"): {"graduate_ids": [graduate]},
        ("POST", "/v1/population-changes/{change_id}/refuse"): reason,
        ("POST", "/v1/waivers"): waiver(school, [graduate]),
        ("POST", "/v1/waivers/{waiver_id}/refuse"): reason,
        PROFILE: {"consent_version": "2026-11-29", "skills": ["会计"]},
        CONTACT: {
            "employer_name": "某某公司",
            "employer_uscc": "91110000600037341L",
            "message": "诚邀面谈",
            "reply_to": "hr@example.cn",
        },
        ("POST", "/v1/contact-requests/{contact_id}/accept"): {"share": ["name"]},
        ("POST", "/v1/graduates/export"): roster | {"columns": ["student_number", "name"]},
        ("POST", "/v1/clear-exports"): clear_export(school),
        ("POST", "/v1/clear-exports/{export_id}/refuse"): reason,
        ("POST", "/v1/exports/{export_id}/refuse"): reason,
        ("POST", "/v1/waves/{wave_id}/exports"): {"format": "csv"},
        ("POST", "/v1/erasures"): erasure_of(graduate),
        ("POST", "/v1/erasures/{erasure_id}/refuse"): reason,
        ("POST", "/v1/corrections"): correction_of(graduate),
        ("POST", "/v1/corrections/{correction_id}/approve"): {},
        ("POST", "/v1/corrections/{correction_id}/refuse"): reason,
        ("POST", "/v1/graduates/{graduate_id}/photo/refuse"): reason | {"rule": "photo_tilt"},
        ("POST", "/v1/graduates/search"): {"school_code": school, "name": str(graduate_row(1)["姓名"])},
        ("POST", "/v1/graduates/reveal"): {"purpose": "support", "graduate_ids": [graduate], "fields": ["name"]},
        ("POST", "/v1/graduates/resolve"): roster | {"rows": [{"row": 2, "student_number": "1", "name": "李四"}]},
        ("POST", "/v1/registrations"): {"graduate_id": graduate, "destination_code": "10"} | CONTENTS["10"],
        ("PATCH", "/v1/registrations/{registration_id}"): {"employer_name": "另一公司"},
        ("POST", "/v1/registrations/{registration_id}/return"): reason,
        ("POST", "/v1/registrations/{registration_id}/dispute"): reason,
        ("POST", "/v1/support-plans"): support_plan(graduate),
        ("PATCH", "/v1/support-plans/{plan_id}"): {"result": "已落实"},
        ("POST", "/v1/reminders"): {"what": "confirmed", "filter": {"school_code": school, "cohort": 2024}},
        ("POST", "/v1/tasks/{task_id}/answer"): {"text": "已核对"},
        ("POST", "/v1/employers/search"): {"name": EMPLOYER["employer_name"]},
        ("POST", "/v1/employers/hires"): {"school_code": school, "cohorts": [2024]},
        ("PATCH", "/v1/employers/{employer_id}"): {"place_code": "410102"},
        SURVEYED: {"school_code": school, "name": "某用人单位"},
        SURVEYED_CONTACT: {"name": "王经理", "phone": "0371-60000001"},
        ("POST", "/v1/employers/{employer_id}/merge"): reason | {"into": str(uuid4())},
        ("POST", "/v1/bulk-decisions"): bulk_decision(school),
        FILING: {"school_code": school, "cohort": 2024, "recipient": "province", "format": "A", "content": "full"},
        ("POST", "/v1/bulk-decisions/{decision_id}/apply"): {"except": []},
        SELF_CHECK: {"school_code": school, "cohort": 2024, "college_code": college, "round": 1},
        ("POST", "/v1/self-check-reports/{self_check_id}/sign"): {"office": "party"},
        ("POST", "/v1/self-check-reports/{self_check_id}/return"): reason,
        SAMPLE: {"school_code": school, "cohort": 2024, "size": 1},
        ("POST", "/v1/samples/{sample_id}/items/{n}/decide"): {"result": "correct", "method": "document"},
        ("POST", "/v1/samples/{sample_id}/items/{n}/assign"): {"handler": "province"},
        LEDGER: {"graduate_id": graduate, "round": 1, "method": "document", "result": "correct"},
        ("PATCH", "/v1/ledger-entries/{entry_id}"): {"result": "correct"},
        ("PUT", "/v1/seasons/{school_code}/{cohort}"): {"evidence": "submit"},
        ("POST", "/v1/seasons/{school_code}/{cohort}/extensions"): {
            "graduate_ids": [graduate],
            "until": f"{SEASON}-12-31",
        }
        | reason,
        ("POST", "/v1/evidence/{evidence_id}/reject"): reason,
        ("PATCH", "/v1/signal-rules/{rule}"): {"school_code": school, "threshold": 30},
        CASE: {"school_code": school, "note": "电话核实"},
        ("PATCH", "/v1/cases/{case_id}"): {"registrations": []},
        ("POST", "/v1/cases/{case_id}/assign"): {"handler": "school"},
        ("POST", "/v1/cases/{case_id}/find"): {"finding": "unproven", "note": "无法核实"},
        ("POST", "/v1/cases/{case_id}/close"): {"no_correction": "本人已确认"},
        REPORT: roster,
        SNAPSHOT: {"school_code": school, "cohort": 2024, "kind": "free", "as_of": "2024-07-01"},
        ("POST", "/v1/snapshots/{snapshot_id}/revise"): reason,
        WARNING_RULE: {
            "school_code": school,
            "weights": {"placement_rate": 40, "salary": 30, "employer_satisfaction": 30},
            "min_base": 30,
            "min_majors": 10,
            "share": 5,
        },
        WARNING_RUN: roster,
        QUALITY_REPORT: roster | {"subject": {"kind": "college", "code": college}, "as_of": "2024-07-01"},
        ("POST", "/v1/warnings/{warning_id}/close"): {"outcome": "no_action", "note": "已研究"},
        ("POST", "/v1/snapshots/{snapshot_id}/refuse"): reason,
        PUBLICATION: {
            "school_code": school,
            "cohort": 2024,
            "snapshot_id": str(uuid4()),
            "title": "就业质量",
            "tables": [{"kind": "rates"}],
        },
        ("PATCH", "/v1/publications/{publication_id}"): {"title": "毕业生就业质量"},
        **{("POST", f"/v1/publications/{{publication_id}}/{act}"): reason for act in ("return", "withdraw")},
        ("POST", "/v1/publications/{publication_id}/release"): {
            "consent": {"authority": "省教育厅", "reference": "教学〔2024〕1号", "on": "2024-09-02"}
        },
        AUTHORISATION: source_authorisation(school),
        ("POST", "/v1/reconciliations/{reconciliation_id}/items/{n}/decide"): {"decision": "keep_ours"},
        ("POST", "/v1/questionnaires"): QUESTIONNAIRE,
        ("POST", "/v1/questionnaires/{questionnaire_id}/evaluate"): {"values": {}, "day": "2026-11-30"},
        ("PATCH", "/v1/questionnaires/{questionnaire_id}"): {"title": QUESTIONNAIRE["title"]},
        STATEMENT: statement(),
        ("PATCH", "/v1/privacy-statements/{statement_id}"): {"retention_months": 12},
        ("POST", "/v1/waves"): _wave(roster, questionnaire),
        ("PATCH", "/v1/waves/{wave_id}"): {"edit_hours": 0},
        WAVE_PLAN: _wave_plan(roster, questionnaire),
        ("PATCH", "/v1/wave-plans/{wave_plan_id}"): {"open_days": 7},
        ("POST", "/v1/waves/{wave_id}/invitations"): {"channel": "link"},
        OPT_OUT: {"scope": "all", "graduate_id": graduate},
        ("POST", "/v1/responses/{response_id}/exclude"): reason,
        ("POST", "/v1/responses/{response_id}/include"): reason,
        ("POST", "/v1/waves/{wave_id}/weightings"): {"method": "post_stratification", "by": ["college"]},
        ("POST", "/v1/calls/{call_id}/outcome"): {"outcome": "no_answer"},
        LIAISON: {"graduate_id": graduate, "level": "school"},
        ("PATCH", "/v1/liaisons/{liaison_id}"): {"cohort": 2024},
        ("POST", "/v1/waves/{wave_id}/liaison-list/{ref}/report"): {"outcome": "passed_on"},
        PAPER: {
            "graduate_id": graduate,
            "values": {"related": "yes"},
            "consent": {"statement_version": 1, "agreed": True, "sensitive": True},
        },
        ("POST", "/v1/papers/{paper_id}/resolve"): {"values": {"related": "yes"}},
    }
    fields = {name: str(value) for name, value in roster.items()}
    upload = {
        "data": fields,
        "files": {"file": ("file.xlsx", workbook([graduate_row(1) | destination_cells("10")]))},
    }
    return {
        **{write: {"json": body} for write, body in bodies.items()},
        **{write: {} for write in BODILESS},
        ("PUT", "/v1/reference-tables/{name}"): {
            "content": b"day,kind,source,verified\n",
            "headers": {"Content-Type": "text/csv"},
        },
        PHOTO: {"content": jpeg(), "headers": {"Content-Type": "image/jpeg"}},
        ("POST", "/v1/imports/population-changes"): {
            "data": {**fields, **reason, "change": "exclude", "ground": "entered_in_error"},
            "files": upload["files"],
        },
        ("POST", "/v1/imports/photos"): {
            "data": fields,
            "files": {"file": ("photos.zip", zipped(("1.jpg", jpeg())))},
        },
        ("POST", "/v1/questionnaires/xlsform"): {"files": {"file": ("form.xlsx", xlsform())}},
        ("POST", "/v1/corrections/{correction_id}/proofs"): {
            "data": {"kind": "other"},
            "files": {"file": ("proof.pdf", b"%PDF-1.7\n%%EOF\n")},
        },
        EVIDENCE: {
            "data": {"kind": "agreement_form", "title": "三方协议"},
            "files": {"file": ("agreement.jpg", jpeg())},
        },
        ("POST", "/v1/cases/{case_id}/reporter"): {"headers": {"X-Purpose": "tip_off"}},
        ("POST", "/v1/cases/{case_id}/tip-off/files/{n}/link"): {"headers": {"X-Purpose": "tip_off"}},
        ("POST", "/v1/responses/{response_id}/reveal"): {"headers": {"X-Purpose": "support"}},
        ("POST", "/v1/evidence/{evidence_id}/link"): {"headers": {"X-Purpose": "review"}},
        ("POST", "/v1/imports/units"): {
            "data": {"school_code": school},
            "files": {"file": ("units.csv", f"类型,代码,名称\n学院,{college},改名单位\n".encode())},
        },
        ("POST", "/v1/import-mappings/proposals"): {
            "data": {"school_code": school},
            "files": {"file": ("odd.csv", "学生编号,姓名\n1,张三\n".encode())},
        },
        ("POST", "/v1/self-check-reports/{self_check_id}/submit"): {
            "files": {"file": ("report.pdf", b"%PDF-1.7\n%%EOF\n")},
        },
        ("POST", "/v1/samples/{sample_id}/pack"): {"headers": {"X-Purpose": "verification"}},
        ("POST", "/v1/imports/ledger"): {
            "data": fields | {"round": "1"},
            "files": {"file": ("ledger.csv", "学号,姓名,核查方式,核查结果\n1,张三,电话,属实\n".encode())},
        },
        RECONCILING: {
            "data": {"filing_id": "01890000-0000-7000-8000-000000000000"},
            "files": {"file": ("back.csv", "学号,毕业去向类别代码\n1,10\n".encode())},
            "headers": {"X-Purpose": "filing"},
        },
        OUTSIDE_DATA: {
            "data": {
                **fields,
                "source": "social_insurance",
                "authorisation_id": "01890000-0000-7000-8000-000000000000",
            },
            "files": {"file": ("insured.csv", "证件号,姓名,单位名称,参保起\n1,张三,某公司,2024-07\n".encode())},
        },
        ("POST", "/v1/waves/{wave_id}/imports"): {
            "data": {"statement_version": "1", "dry_run": "true"},
            "files": {"file": ("answers.csv", "学号,姓名,同意,related\n1,张三,1,yes\n".encode())},
        },
        **{("POST", f"/v1/imports/{kind}"): upload for kind in ("graduates", "registrations")},
    }


def xlsform() -> bytes:
    """A questionnaire with one question."""
    book = openpyxl.Workbook()
    book.active.title = "survey"
    for row in (("type", "name", "label"), ("integer", "offers", "录用通知")):
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def clear_export(school: str) -> Json:
    """A request for the names of a roster."""
    roster = {"school_code": school, "cohort": 2024, "columns": ["student_number", "name"], "format": "csv"}
    return roster | {"purpose": "review", "reason": "核对名单"}


def support_plan(graduate: str) -> Json:
    """What is done so that a graduate finds a destination."""
    return {"graduate_id": graduate, "causes": ["skills"], "plan": "每周推荐岗位"}


def bulk_decision(school: str) -> Json:
    """A bulk approval of all that waits for a college."""
    return {"act": "college-approve", "filter": {"school_code": school, "cohort": 2024}}


def source_authorisation(school: str, source: str = "social_insurance") -> Json:
    """That a school may use what an office outside it knows."""
    days = {"valid_from": "2024-01-01", "valid_to": "2199-12-31"}
    return {"school_code": school, "source": source, "basis": "数据共享协议", "reference": "人社函〔2024〕12号"} | days


def correction_of(graduate: str) -> Json:
    """What a graduate asks for."""
    return {"graduate_id": graduate, "field": "campus", "value": "东校区", "reason": "校区有误"}


def erasure_of(graduate: str) -> Json:
    """What a graduate and an officer ask for alike."""
    return {"graduate_id": graduate, "ground": "graduate_request"}


def statement() -> Json:
    """A privacy statement."""
    words = {"zh": "自愿填写", "en": "Answering is voluntary"}
    return {"text": words, "purposes": words, "contact": words, "retention_months": 24}


def _wave(roster: Json, questionnaire: str) -> Json:
    now = datetime.now(UTC)
    return roster | {
        "cycle": 3,
        "questionnaire_id": questionnaire,
        "questionnaire_version": 1,
        "opens_at": now.isoformat(),
        "closes_at": (now + timedelta(days=1)).isoformat(),
    }


def _wave_plan(roster: Json, questionnaire: str) -> Json:
    asked = {"school_code": roster["school_code"], "questionnaire_id": questionnaire, "questionnaire_version": 1}
    return asked | {"cycle": 3, "every_years": 2, "first_year": 2027, "month_day": "11-01", "open_days": 30}
