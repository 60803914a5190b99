"""The open page of a publication: its tables as HTML, without a script."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from html import escape
from typing import Any

from common.errors import Message
from indicators.formats.observation import OTHER
from indicators.publishing.domain.tables import TableKind
from indicators.publishing.wire.bodies import PublishedBody, PublishedTable
from indicators.schemes.groupings import DIMENSIONS
from indicators.schemes.schemes import SCHEMES
from indicators.structures.domain.labels import label_of
from indicators.tracking.wire.answers import title_of

_STYLE = (
    "body{font:1rem/1.6 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1rem;color:#1b1b1b;background:#fff}"
    ".wide{overflow-x:auto}table{border-collapse:collapse;margin:1rem 0}"
    "th,td{border-bottom:1px solid #767676;padding:.3rem .7rem;text-align:start}"
    "td.n{text-align:end;font-variant-numeric:tabular-nums}caption{font-weight:600;text-align:start;padding:.5rem 0}"
)
POLICY = f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'"
"""What the page may load: nothing, but for its own style."""

_NUMERATOR, _BASE = Message("人数", "Graduates"), Message("总人数", "All")
_RATE, _SHARE = Message("比例（%）", "Per cent"), Message("占比（%）", "Share, per cent")
_MEASURE, _CELL = Message("指标", "Measure"), Message("类别", "Category")
_ANSWERS, _FIGURE, _INTERVAL = (
    Message("回答数", "Answers"),
    Message("数值", "Value"),
    Message("95% 区间", "95% interval"),
)
_HEADS = {
    TableKind.RATES: (_MEASURE, _NUMERATOR, _BASE, _RATE),
    TableKind.STRUCTURE: (_CELL, _NUMERATOR, _BASE, _SHARE),
    TableKind.TRACKING: (_MEASURE, _ANSWERS, _FIGURE, _INTERVAL),
}
_MEDIAN = Message("中位数", "median")
_UNITS = {
    "percent": Message("%", "%"),
    "score": Message("分", "score"),
    "years": Message("年", "years"),
    "yuan": Message("元", "yuan"),
    "per_100": Message("每百人", "per 100"),
    "count": Message("个", "number"),
    "months": Message("月", "months"),
    "wan": Message("万元", "10,000 yuan"),
}
_PROTECTED = Message("受保护", "protected")
_OTHERS, _WHOLE = Message("其他", "Others"), Message("全校", "Whole school")
_UNKNOWN = Message("未填", "Not given")
_NOTE = Message(
    "人数过少的组合并为“其他”，所列数字均为实数，未作任何改动。",
    "Groups that are too small stand together as others; every number is exact, none was altered.",
)
_LINES = (
    (Message("院校", "School"), "school_code"),
    (Message("届", "Cohort"), "cohort"),
    (Message("截至", "As of"), "as_of"),
    (Message("口径", "Definition"), "scheme"),
    (Message("快照哈希", "Hash of the snapshot"), "snapshot_hash"),
    (Message("发布哈希", "Hash of the publication"), "hash"),
)


def page_of(published: PublishedBody, language: str) -> str:
    """The page in a language."""
    zh = language.lower().startswith("zh")
    title = published.title if isinstance(published.title, str) else published.title["zh" if zh else "en"]
    facts = "".join(
        f"<dt>{_said(name, language)}</dt><dd>{escape(str(getattr(published, field)))}</dd>" for name, field in _LINES
    )
    tables = "".join(_table(published, table, language) for table in published.tables)
    consent = f"{published.consent.authority} {published.consent.reference} {published.consent.on}"
    return (
        f'<!doctype html><html lang="{"zh-CN" if zh else "en"}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title><style>{_STYLE}</style>'
        f"</head><body><main><h1>{escape(title)}</h1><p>{_said(_NOTE, language)}</p>{tables}<dl>{facts}"
        f"<dt>{_said(Message('同意', 'Consent'), language)}</dt><dd>{escape(consent)}</dd></dl></main></body></html>"
    )


def _table(published: PublishedBody, table: PublishedTable, language: str) -> str:
    heads = [_said(DIMENSIONS[name].title, language) for name in table.by]
    heads += [_said(each, language) for each in _HEADS[table.kind]]
    head = "".join(f'<th scope="col">{each}</th>' for each in heads)
    rows = "".join(_rows(published, table, language))
    caption = " × ".join(_said(DIMENSIONS[name].title, language) for name in table.by) or _said(_WHOLE, language)
    if table.indicator is not None:
        years = _said(Message(f"毕业后第 {table.cycle} 年", f"{table.cycle} years after graduation"), language)
        caption = f"{_said(title_of(table.indicator), language)}, {years}: {caption}"
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{caption}"><table><caption>{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _rows(published: PublishedBody, table: PublishedTable, language: str) -> Iterator[str]:
    measures = {measure.name: measure.title for measure in SCHEMES[published.scheme].measures}
    for each in table.observations:
        place = "".join(f"<td>{_value(name, each['group'][name], language)}</td>" for name in table.by)
        for name, figure in (each["measures"] or {}).items():
            yield _row(place, _said(measures[name], language), figure, figure["denominator"], language)
        for cell in each["cells"] or ():
            name = _value(table.dimension or "", cell["code"], language)
            figure = {"numerator": cell["count"], "rate": cell["share"], "protected": False}
            yield _row(place, name, figure, each["base"], language)
        for name, figure in (each.get("indicators") or {}).items():
            yield from _of_indicator(place, name, figure, language)


def _of_indicator(place: str, name: str, figure: Mapping[str, Any], language: str) -> Iterator[str]:
    title, unit = _said(title_of(name), language), _said(_UNITS[figure["unit"]], language)
    if isinstance(figure["value"], list):
        named = [(f"{title}: {escape(each['code'])}", each["share"]) for each in figure["value"]]
    else:
        named = [(title, figure["value"])]
    if (median := figure.get("median")) and median["value"]:
        yield _numbers(place, f"{title}: {_said(_MEDIAN, language)}", median, _said(_UNITS[median["unit"]], language))
    for label, value in named:
        yield _numbers(place, label, {**figure, "value": value}, unit)


def _numbers(place: str, label: str, figure: Mapping[str, Any], unit: str) -> str:
    limits = figure["interval"]
    between = "" if limits is None else f"{limits['low']} – {limits['high']}"
    shown = "".join(f'<td class="n">{escape(str(each))}</td>' for each in (figure["base"], figure["value"], between))
    return f'<tr>{place}<th scope="row">{label} ({unit})</th>{shown}</tr>'


def _row(place: str, name: str, figure: Mapping[str, Any], base: int | None, language: str) -> str:
    if figure["protected"]:
        numbers = f'<td class="n" colspan="3">{_said(_PROTECTED, language)}</td>'
    else:
        shown = (figure["numerator"], base, figure["rate"])
        numbers = "".join(f'<td class="n">{"" if each is None else escape(str(each))}</td>' for each in shown)
    return f'<tr>{place}<th scope="row">{name}</th>{numbers}</tr>'


def _value(dimension: str, code: str | None, language: str) -> str:
    if code is None:
        return _said(_UNKNOWN, language)
    if code == OTHER or code.endswith(OTHER):
        return _said(_OTHERS, language) if code == OTHER else f"{_said(_OTHERS, language)} ({escape(code)})"
    return escape(label_of(dimension, code, language) or code)


def _said(message: Message, language: str) -> str:
    return escape(message.in_language(language))
