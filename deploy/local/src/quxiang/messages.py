"""Writes the pages of messages with their remedies: `python -m quxiang.messages`; `--check` compares only.

Rules are those of `GET /v1/rules`, refusals those that a service declares, remedies those of `docs/remedies.csv`, which
has a line for each message that does not say itself what is to be done.
"""

import csv
import importlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from common.codes.rules import rules
from common.errors import Message
from common.generated import write_or_check
from common.http.problem_pages import refusals
from quxiang.addresses import PORTS
from quxiang.state import workspace_root

Refusal = tuple[str, int, Message]
"""Code, status, title."""


@dataclass(frozen=True)
class Page:
    """The page in one language; `place` is where the language stands in a pair."""

    name: str
    place: int
    head: str
    rules: tuple[str, str]
    refusals: tuple[str, str]
    subjects: Mapping[str, str]
    severities: Mapping[str, str]


ENGLISH = Page(
    "messages.md",
    1,
    """\
# Messages and their remedies

[中文](messages.zh-CN.md)

Made from the code and `docs/remedies.csv` by `make contracts`, compared by `make drift`. Look up what stands as `rule`
in `errors`, in an error report or in the quality report, or as `code` in an answer. Where the last column is empty, the
message itself says what is to be done. [Officers' guide](officers.md)
""",
    ("Rules", "| Rule | | Message | Remedy |\n|---|---|---|---|\n"),
    ("Refusals", "| Code | Status | Message | Remedy |\n|---|---|---|---|\n"),
    {
        "any": "Any file",
        "file": "The file itself",
        "graduate": "A graduate",
        "registration": "A registration",
        "season": "The settings of a season",
        "reference": "A reference table",
        "roster": "A roster",
        "unit": "A unit",
        "photo": "A photo",
    },
    {"error": "error", "warning": "warning"},
)
CHINESE = Page(
    "messages.zh-CN.md",
    0,
    """\
# 提示与处理办法

[English](messages.md)

由 `make contracts` 依代码与 `docs/remedies.csv` 生成，`make drift` 核对。按 `errors`、错误报告或质量报告中的 `rule`，
或答复中的 `code` 查找。最后一列为空的，提示本身已说明如何处理。[就业老师手册](officers.zh-CN.md)
""",
    ("规则", "| 规则 | | 提示 | 处理 |\n|---|---|---|---|\n"),
    ("拒绝", "| 代码 | 状态码 | 提示 | 处理 |\n|---|---|---|---|\n"),
    {
        "any": "各类文件",
        "file": "文件本身",
        "graduate": "毕业生",
        "registration": "去向登记",
        "season": "届次设置",
        "reference": "参考数据",
        "roster": "生源名单",
        "unit": "院系专业班级",
        "photo": "照片",
    },
    {"error": "错误", "warning": "提醒"},
)
PAGES = (ENGLISH, CHINESE)


def document(page: Page) -> str:
    """The page as code and data give it; raises KeyError for a remedy of what is no message."""
    remedies = _remedies()
    told = _refusals()
    for each in remedies.keys() - rules().keys() - {code for code, _, _ in told}:
        raise KeyError(each)
    return "".join(_lines(page, remedies, told))


def _lines(page: Page, remedies: Mapping[str, Sequence[str]], told: Sequence[Refusal]) -> Iterator[str]:
    def row(name: str, about: str, message: Message) -> str:
        remedy = remedies.get(name, ("", ""))[page.place]
        return f"| `{name}` | {about} | {_text(page, message)} | {remedy} |\n"

    yield page.head
    yield f"\n## {page.rules[0]}\n"
    for subject, title in page.subjects.items():
        yield f"\n### {title}\n\n{page.rules[1]}"
        for each in rules().values():
            if each.subject == subject:
                yield row(each.id, page.severities[each.severity], each.text)
    yield f"\n## {page.refusals[0]}\n\n{page.refusals[1]}"
    for code, status, text in told:
        yield row(code, str(status), text)


def _text(page: Page, message: Message) -> str:
    return (message.zh, message.en)[page.place].replace("|", r"\|").replace("*", r"\*")


def _refusals() -> Sequence[Refusal]:
    """Every refusal that is no rule and no fault of ours, once for each wording."""
    found: dict[tuple[str, str], Refusal] = {}
    for service in PORTS:
        importlib.import_module(f"{service}.app")
        for code, (status, title) in refusals(service).items():
            if status != HTTPStatus.INTERNAL_SERVER_ERROR and code not in rules():
                found[code, title.zh] = (code, status, title)
    return sorted(found.values(), key=lambda each: (each[1], each[0], each[2].zh))


def _remedies() -> Mapping[str, Sequence[str]]:
    with (workspace_root() / "docs" / "remedies.csv").open(encoding="utf-8", newline="") as lines:
        return {row["id"]: (row["zh"], row["en"]) for row in csv.DictReader(lines, strict=True)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes or checks, and returns the exit code."""
    files = {workspace_root() / "docs" / page.name: document(page) for page in PAGES}
    return write_or_check("quxiang.messages", __doc__, files, "make contracts", arguments)


if __name__ == "__main__":
    sys.exit(main())
