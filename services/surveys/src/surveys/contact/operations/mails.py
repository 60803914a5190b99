"""A mail as it leaves: plain and as HTML, no picture, a way back for reports, and one to be left alone."""

import re
from base64 import b64encode, encodebytes
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

from surveys.contact.domain import AttemptId, Outgoing, spoken_day
from surveys.ladders.domain import Texts

if TYPE_CHECKING:
    from jinja2 import Template

LANGUAGES = ("zh", "en")

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_LINKED = re.compile(r"\{(?:link|stop)\}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_BETWEEN = "\n\n――――――\n\n"
_HTML = """<!doctype html>
<html><head><meta charset="utf-8"><title>{{ subject }}</title></head>
<body style="font-family:sans-serif;line-height:1.5">
{% for language, paragraphs in parts %}{% if not loop.first %}<hr>
{% endif %}<div lang="{{ language }}">
{% for lines in paragraphs %}<p>{% for line in lines %}{% if not loop.first %}<br>{% endif %}{{ line }}{% endfor %}</p>
{% endfor %}</div>
{% endfor %}</body></html>
"""


@dataclass(frozen=True)
class Mail:
    """A mail with its envelope."""

    envelope_from: str
    to: str
    content: bytes


@dataclass(frozen=True)
class Letterhead:
    """From whom mails come: an address `survey@example.edu.cn`, to whose domain reports about them go."""

    address: str

    @property
    def domain(self) -> str:
        """What stands after the @."""
        return self.address.rpartition("@")[2]


def way_back(attempt_id: AttemptId, domain: str) -> str:
    """The return path of an attempt, by which a report names it."""
    return f"bounces+{attempt_id.hex}@{domain}"


def mail_of(message: Outgoing, letterhead: Letterhead, sent_at: datetime) -> Mail:
    """The mail of a message."""
    texts = message.step.texts
    said = {language: params_of(message, language) for language in LANGUAGES}
    both = texts.body.zh != texts.body.en
    plain = filled(texts.body.zh, said["zh"]) + (_BETWEEN + filled(texts.body.en, said["en"]) if both else "")
    boundary = f"=_{message.id.hex}"
    head = {
        "From": f"{_encoded(said['zh']['school'])} <{letterhead.address}>",
        "To": message.address.to,
        "Subject": _encoded(filled(texts.subject.zh, said["zh"])),
        "Date": format_datetime(sent_at),
        "Message-ID": f"<{message.id.hex}@{letterhead.domain}>",
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{message.stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/alternative; boundary="{boundary}"',
    }
    lines = [f"{name}: {value}" for name, value in head.items()]
    # in the page of both languages a placeholder says in which
    escaped = {f"{name}_{each}": escape(value, quote=True) for each in LANGUAGES for name, value in said[each].items()}
    parts = [_part(boundary, "plain", plain), _part(boundary, "html", filled(_skeleton(texts), escaped))]
    content = "\r\n".join([*lines, "", *parts, f"--{boundary}--", ""]).encode()
    return Mail(way_back(message.id, letterhead.domain), message.address.to, content)


def filled(words: str, params: Mapping[str, str]) -> str:
    """Words with what their placeholders stand for.

    >>> filled("{name}，您好 {x}", {"name": "李四"})
    '李四，您好 {x}'
    """
    return _PLACEHOLDER.sub(lambda found: params.get(found[1], found[0]), words)


def params_of(message: Outgoing, language: str) -> dict[str, str]:
    """What the placeholders stand for in a language."""
    school = message.school.in_language(language)
    closes_on = spoken_day(message.closes_on).in_language(language)
    said = {"name": message.address.name or school, "school": school, "closes_on": closes_on}
    return said | {"link": message.link, "stop": message.stop}


@lru_cache(maxsize=64)
def _skeleton(texts: Texts) -> str:
    """The page of a step, its own words escaped, with placeholders that name their language."""
    # megabytes that a process which sends no mail never needs
    from jinja2 import Environment
    from markupsafe import Markup

    def placed(words: str, language: str) -> Markup:
        linked = _LINKED.sub(lambda found: f'<a href="{found[0]}">{found[0]}</a>', escape(words, quote=True))
        return Markup(_PLACEHOLDER.sub(rf"{{\1_{language}}}", linked))  # noqa: S704 - escaped above

    parts = [
        (language, [[placed(line, language) for line in part.splitlines()] for part in words.split("\n\n")])
        for language, words in vars(texts.body).items()
        if language == "zh" or words != texts.body.zh
    ]
    template: Template = Environment(autoescape=True, trim_blocks=False).from_string(_HTML)
    return template.render(subject=placed(texts.subject.zh, "zh"), parts=parts)


def _part(boundary: str, kind: str, words: str) -> str:
    # halves of surrogate pairs are no text that can be sent
    content = encodebytes(words.replace("\n", "\r\n").encode("utf-8", "replace")).decode().replace("\n", "\r\n")
    head = f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: base64"
    return f"--{boundary}\r\n{head}\r\n\r\n{content}"


@lru_cache(maxsize=256)
def _encoded(words: str) -> str:
    """Words in a header, in pieces that no line is too long for."""
    told = _CONTROL.sub(" ", words).encode("utf-8", "replace").decode()
    if told.isascii() and len(told) < 60 and not set(told) & set('"<>()[],;:@\\='):
        return told
    pieces = [told[at : at + 12] for at in range(0, len(told), 12)]
    return "\r\n ".join(f"=?utf-8?b?{b64encode(each.encode()).decode()}?=" for each in pieces)
