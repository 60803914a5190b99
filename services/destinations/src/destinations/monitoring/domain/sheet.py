"""A report as a sheet for people: a line a figure, a column for the school and for each college. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from common.clock import SHANGHAI
from destinations.monitoring.domain.cut_offs import Kind
from destinations.monitoring.domain.reports import DestinationClass, Report

Line = Sequence[str | int | None]

COUNTS: Mapping[str, str] = MappingProxyType(
    {
        "population": "毕业生总数（含结业）",
        "registered": "已登记",
        "approved": "已审核通过",
        "confirmed": "本人已确认",
        "disputed": "本人有异议",
        "unconfirmed": "本人未确认",
        "self_registered": "本人登记",
        "evidence_complete": "证明材料齐全",
        "incomplete": "信息不完整",
        "flexible": "灵活就业",
    }
)
CLASSES: Mapping[str, str] = MappingProxyType(
    {
        DestinationClass.UNIT: "单位就业",
        DestinationClass.OWN_BUSINESS: "自主创业",
        DestinationClass.FREELANCE: "自由职业",
        DestinationClass.STUDY_MAINLAND: "境内升学",
        DestinationClass.STUDY_ABROAD: "境外留学",
        DestinationClass.SEEKING: "待就业",
        DestinationClass.NOT_SEEKING: "暂不就业",
        DestinationClass.NOT_REGISTERED: "未登记",
    }
)
KINDS: Mapping[Kind, str] = MappingProxyType(
    {Kind.MONTHLY: "月报", Kind.WEEKLY: "周报", Kind.DAILY: "日报", Kind.FREE: "自选时点"}
)
RESULTS: Mapping[str, str] = MappingProxyType(
    {"correct": "属实", "corrected": "已更正", "wrong": "不属实", "unreachable": "无法联系"}
)
CASES: Mapping[str, str] = MappingProxyType({"opened": "立案", "found_true": "认定属实", "closed": "办结"})
WHOLE = "全校"
NO_COLLEGE = "无院系"


def header(report: Report) -> Sequence[str]:
    """The first line."""
    return ["项目", WHOLE, *(each or NO_COLLEGE for each in _colleges(report))]


def lines(report: Report) -> Iterator[Line]:
    """The lines below it."""
    content, colleges = _content(report), _colleges(report)
    counts = {each["college_code"]: each["counts"] for each in content["colleges"]}
    yield from _about(report)
    for name, label in COUNTS.items():
        yield [label, content["counts"][name], *(counts[each][name] if each in counts else 0 for each in colleges)]
    for name, label in CLASSES.items():
        yield [label, content["classes"][name]]
    for name, label in CLASSES.items():
        moved = content["change"][name]
        yield [f"{label}：较上期新增", moved["entered"]]
        yield [f"{label}：较上期减少", moved["left"]]
    for number, result in sorted({(each["round"], each["result"]) for each in content.get("ledger", ())}):
        entries = {
            each["college_code"]: each["entries"]
            for each in content["ledger"]
            if (each["round"], each["result"]) == (number, result)
        }
        yield [f"核查台账第 {number} 轮：{RESULTS.get(result, result)}", *_by_college(entries, colleges)]
    for name, label in CASES.items() if "cases" in content else ():
        found = {each["college_code"]: each[name] for each in content["cases"]}
        yield [f"疑点与核查事项：{label}", *_by_college(found, colleges)]


def _by_college(found: Mapping[str | None, int], colleges: Sequence[str | None]) -> Iterator[int]:
    yield sum(found.values())
    yield from (found.get(each, 0) for each in colleges)


def _colleges(report: Report) -> Sequence[str | None]:
    """Every college that the report names, by code; None is that of what belongs to none, and last."""
    named = {
        each["college_code"] for part in ("colleges", "ledger", "cases") for each in _content(report).get(part, ())
    }
    return sorted(named, key=lambda each: (each is None, each or ""))


def _about(report: Report) -> Iterator[Line]:
    assert report.sha256 is not None, "it is made"
    yield ["学校代码", report.school_code]
    yield ["届次", report.cohort]
    yield ["监测类型", KINDS[report.kind]]
    yield ["期次", report.period]
    yield ["截止时间（北京时间）", f"{report.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"]
    yield ["校验码 SHA-256", report.sha256.hex()]


def _content(report: Report) -> Mapping[str, Any]:
    assert report.content is not None, "it is made"
    return report.content
