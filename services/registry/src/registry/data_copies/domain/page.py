"""The page to read in a data copy: a table for each kind of record, in Chinese with the names of the API beside.

It stands by itself: no script, nothing from elsewhere, and every text of a person escaped.
"""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any, TypeAlias

from common.codes import CodeLists
from registry.data_copies.domain.words import CODED, FIELDS, KINDS, SERVICES, WORDED, WORDS

Answer: TypeAlias = Mapping[str, Any]
"""What a service answers to be held, as JSON has it: `service`, `recorded_at` and `records`."""

_HEAD = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>个人信息副本 Copy of personal data</title>
<style>
body { font-family: system-ui, "PingFang SC", "Microsoft YaHei", sans-serif; margin: 1rem auto; max-width: 70rem;
       padding: 0 1rem; line-height: 1.5 }
table { border-collapse: collapse; margin: .3rem 0 }
th, td { border: 1px solid #bbb; padding: .2rem .5rem; text-align: left; vertical-align: top; overflow-wrap: anywhere }
th { background: #f2f2f2; font-weight: normal }
small { color: #666 }
</style></head><body>
<h1>个人信息副本 <small>Copy of personal data</small></h1>
"""
_ABOUT = """<p>以下是各服务在所示时刻保存的、关于您的全部个人信息，均为明文，请妥善保管本文件。
如有错误，可以直接修改或申请更正。同样的内容另以 JSON 格式附在本压缩包中。其他人员只显示角色，不显示姓名。</p>
<p lang="en">This is all that each service held about you at the moment shown, in clear: keep this file safe.
What is wrong you may change, or ask to have corrected. The same stands in this archive as JSON. Of other people only
the roles are shown.</p>
"""
_NOTHING = '<p>未保存与您有关的信息。 <span lang="en">Nothing is held about you.</span></p>'


def page_of(answers: Sequence[Answer], files: Sequence[str]) -> str:
    """The page about what the services hold; `files` are the names of the archive's other members."""
    links = "".join(f'<li><a href="{escape(name)}">{escape(name)}</a></li>' for name in files)
    sections = "".join(map(_section, answers))
    return f'{_HEAD}{_ABOUT}<h2>文件 <small lang="en">Files</small></h2><ul>{links}</ul>{sections}</body></html>\n'


def _section(answer: Answer) -> str:
    kinds = [_kind(name, records) for name, records in answer["records"].items() if records]
    moment = f"<p><small>{escape(answer['recorded_at'] or '')}</small></p>"
    return f"<h2>{_titled(SERVICES, answer['service'])}</h2>{moment}{''.join(kinds) or _NOTHING}"


def _kind(name: str, records: Sequence[Answer]) -> str:
    shown = _pairs(records[0]) if len(records) == 1 else _rows(records)
    return f"<h3>{_titled(KINDS, name)}</h3>{shown}"


def _pairs(record: Answer) -> str:
    """A record by itself: a line for each value that there is."""
    lines = (
        f"<tr><th>{_titled(FIELDS, name)}</th><td>{_value(name, value)}</td></tr>"
        for name, value in record.items()
        if value is not None
    )
    return f"<table>{''.join(lines)}</table>"


def _rows(records: Sequence[Answer]) -> str:
    """Records of one kind: a line for each."""
    names = list(dict.fromkeys(name for record in records for name in record))
    head = "".join(f"<th>{_titled(FIELDS, name)}</th>" for name in names)
    lines = (
        f"<tr>{''.join(f'<td>{_value(name, record.get(name))}</td>' for name in names)}</tr>" for record in records
    )
    return f"<table><tr>{head}</tr>{''.join(lines)}</table>"


def _value(name: str, value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "是 yes" if value else "否 no"
        case Mapping():
            return _pairs(value)
        case list() if value and isinstance(value[0], Mapping):
            return _rows(value)
        case list():
            return "、".join(_titled(FIELDS, each) if each in FIELDS else escape(str(each)) for each in value)
        case _:
            return _READ.get(name, escape)(str(value))


def _titled(words: Mapping[str, str], name: str) -> str:
    """The word for a name, if there is one, with the name beside."""
    return f"{escape(words[name])} <small>{escape(name)}</small>" if name in words else escape(name)


def _labelled(code_list: str) -> Callable[[str], str]:
    def read(code: str) -> str:
        entry = CodeLists.load().get(code_list).lookup(code)
        return escape(code) if entry is None else f"{escape(entry.label_zh)} <small>{escape(code)}</small>"

    return read


_READ: Mapping[str, Callable[[str], str]] = {
    **{name: _labelled(code_list) for name, code_list in CODED.items()},
    **dict.fromkeys(WORDED, lambda word: _titled(WORDS, word)),
    "field": lambda field: _titled(FIELDS, field),
}
"""Name of a value → what shows it; all else is shown as it is."""
