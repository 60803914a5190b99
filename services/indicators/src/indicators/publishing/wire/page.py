"""The open page of a publication: its tables as HTML, without a script; and what stands there after its end."""

from base64 import b64encode
from hashlib import sha256
from html import escape

from common.clock import day_in_shanghai
from common.errors import Message
from indicators.publishing.domain.publications import PublicationGone, State
from indicators.publishing.wire.bodies import PublishedBody
from indicators.publishing.wire.page_tables import section
from indicators.publishing.wire.words import Vocabulary

_STYLE = (
    # a machine's own Chinese font; the one that comes along, 8 MB, only where there is none
    '@font-face{font-family:"Quxiang Han";font-display:swap;unicode-range:U+2E80-9FFF,U+F900-FAFF,U+FF00-FFEF;'
    'src:local("Noto Sans SC"),local("Noto Sans CJK SC"),local("Source Han Sans SC"),local("Microsoft YaHei"),'
    'local("PingFang SC"),local("PingFangSC-Regular"),local("WenQuanYi Micro Hei"),local("SimHei"),'
    'url("/dashboard/noto-sans-sc.otf") format("opentype")}'
    'body{font:1rem/1.6 "Quxiang Han",system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1rem;'
    "color:#1b2430;background:#fff;overflow-wrap:anywhere}"
    "h1{font-size:1.5rem;line-height:1.3}h2{font-size:1.15rem;margin:2rem 0 0}p.soft,dt{color:#4a5666}"
    ".wide{overflow-x:auto}.wide:focus-visible,a:focus-visible{outline:3px solid #0b4f9e;outline-offset:2px}"
    "a{color:#0b4f9e}table{border-collapse:collapse;margin:.5rem 0 1rem;overflow-wrap:normal}"
    "th,td{border-bottom:1px solid #c9d1db;padding:.35rem .7rem;text-align:start;vertical-align:top;font-weight:400}"
    "td:not(.n){min-width:5rem}th[scope=row]{min-width:7rem}"
    "thead th{font-weight:600;border-bottom-color:#4a5666}"
    "td.n,th.n{text-align:end;white-space:nowrap;font-variant-numeric:tabular-nums}"
    "caption{text-align:start;color:#4a5666;padding:.3rem 0}"
    "dl{border-top:1px solid #c9d1db;margin-top:2rem;padding-top:1rem}dd{margin:0 0 .5rem}"
    "@media(max-width:30rem){th,td{padding:.3rem .35rem}td:not(.n){min-width:4rem}}@page{margin:1.5cm}"
    "@media print{body{max-width:none;padding:0}.wide{overflow:visible}tr{break-inside:avoid}"
    "thead{display:table-header-group}"
    "h2{break-after:avoid}}"
)
POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; font-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What the page may load: its own style, and the font that comes along."""

_NOTE = Message(
    "人数过少的组合并为“其他”，所列数字均为实数，未作任何改动。",
    "Groups that are too small stand together as others; every number is exact, none was altered.",
)
_LINES = (
    (Message("口径", "Definition"), "scheme"),
    (Message("保护规则", "Protection"), "policy"),
    (Message("快照哈希", "Hash of the snapshot"), "snapshot_hash"),
    (Message("发布哈希", "Hash of the publication"), "hash"),
)
_RELEASED, _CONSENT = Message("发布日期", "Released"), Message("同意", "Consent")
_KINDS = {
    "initial": Message("初次统计", "initial figures"),
    "year_end": Message("年终统计", "year-end figures"),
    "free": Message("临时统计", "figures of a day"),
}
_NOTHING = Message("这里没有公开的发布", "Nothing is published here")
_WITHDRAWN = Message("院校已撤回这项发布。", "The school has withdrawn this publication.")
_SUPERSEDED = Message("这项发布已被新的发布取代。", "A newer publication has taken the place of this one.")
_SUCCESSOR = Message("查看新的发布", "Read the newer publication")


def page_of(published: PublishedBody, vocabulary: Vocabulary) -> str:
    """The page in the language of the words."""

    def said(message: Message) -> str:
        return escape(message.in_language(vocabulary.language))

    title = published.title if isinstance(published.title, str) else published.title[vocabulary.language]
    school = vocabulary.of("school", published.school_code)
    of = Message(
        f"{school}（{published.school_code}） · {published.cohort} 届 · {_KINDS[published.kind].zh}，"
        f"截至 {published.as_of}",
        f"{school} ({published.school_code}) · graduates of {published.cohort} · {_KINDS[published.kind].en} "
        f"as of {published.as_of}",
    )
    tables = "".join(section(published, number, vocabulary) for number in range(len(published.tables)))
    consent = f"{published.consent.authority} {published.consent.reference} {published.consent.on}"
    facts = [(said(name), str(getattr(published, field))) for name, field in _LINES]
    facts += [(said(_RELEASED), f"{day_in_shanghai(published.released_at)}"), (said(_CONSENT), consent)]
    listed = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in facts)
    content = f'<p>{said(of)}</p><p class="soft">{said(_NOTE)}</p>{tables}<dl>{listed}</dl>'
    return _html(title, content, vocabulary.language)


def page_of_nothing(language: str, gone: PublicationGone | None = None) -> str:
    """What stands where nothing is released, or not any more: why, and a link to the successor."""
    title = (_NOTHING if gone is None else PublicationGone.title).in_language(language)
    if gone is None:
        return _html(title, "", language)
    why = _WITHDRAWN if gone.extra["state"] == State.WITHDRAWN else _SUPERSEDED
    successor = gone.extra["successor"]
    link = f'<p><a href="/published/{successor}">{escape(_SUCCESSOR.in_language(language))}</a></p>'
    return _html(title, f"<p>{escape(why.in_language(language))}</p>{link if successor else ''}", language)


def _html(title: str, content: str, language: str) -> str:
    shown = escape(title)
    return (
        f'<!doctype html><html lang="{"zh-CN" if language == "zh" else "en"}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{shown}</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>{shown}</h1>{content}</main></body></html>"
    )
