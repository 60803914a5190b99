"""An XLSForm as a questionnaire: each row becomes a question or a page, or the form is refused."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from common.errors import FieldProblem, Invalid
from common.http.validation import field_problems
from surveys.expressions.syntax import parsed
from surveys.expressions.tokens import NotReadable
from surveys.expressions.types import Checked
from surveys.expressions.values import Type, Typed
from surveys.questionnaires.domain.content import Content, Question
from surveys.questionnaires.domain.facts import FACTS
from surveys.questionnaires.domain.questions import kind_of
from surveys.questionnaires.wire.formats import kinds
from surveys.questionnaires.wire.formats.sheets import CHOICES, SETTINGS, SURVEY, Line, Sheets
from surveys.questionnaires.wire.formats.unsupported import XlsformUnsupported
from surveys.questionnaires.wire.forms import PageForm, QuestionForm
from surveys.questionnaires.wire.written import Written

_QUESTION = TypeAdapter(Question)
_YES, _NO = ("yes", "true", "true()", "1"), ("no", "false", "false()", "0")
_OTHER = {"value": "other", "text": {"zh": "其他", "en": "Other"}, "other": True}
_NOT_ALLOWED = {"zh": "请核对此项", "en": "Please check this answer"}
_COLUMNS = {
    "id": "name",
    "text": "label",
    "title": "label",
    "options": "type",
    "scale": "parameters",
    "visible_if": "relevant",
}
"""Which column a member comes from, where their names differ."""

_RESULTS = {Type.NUMBER: "number", Type.BOOLEAN: "boolean"}
Json = dict[str, Any]
Form = TypeVar("Form", bound=BaseModel)


def questionnaire_of(sheets: Sheets) -> Content:
    """What the form asks; raises XlsformUnsupported for whatever would be lost, Invalid for what is too much."""
    problems: list[FieldProblem] = []
    lists = lists_of(sheets.lines(CHOICES, problems))
    title = title_of(sheets.lines(SETTINGS, problems))
    reading = _Reading(lists, problems)
    for line in sheets.lines(SURVEY, problems):
        reading.take(line)
    reading.end()
    if problems:
        raise XlsformUnsupported(problems)
    try:
        return Written.model_validate({"title": title, "pages": reading.pages}, strict=False).content()
    except ValidationError as error:
        raise Invalid(field_problems(error.errors(include_url=False, include_input=False))) from None


def title_of(settings: list[Line]) -> Json:
    """The title of the form; empty where it has none, which lint names."""
    said = settings[0].said("form_title") if settings else None
    return said or {"zh": "", "en": ""}


def lists_of(choices: list[Line]) -> Mapping[str, list[Json]]:
    """The options of each list, in their order."""
    found: dict[str, list[Json]] = {}
    for line in choices:
        option = {"value": line.text("name") or "", "text": line.said("label") or {"zh": "", "en": ""}}
        found.setdefault(line.text("list_name") or "", []).append(option)
    return found


@dataclass
class _Reading:
    """What has been read of the survey: its pages, the group that is open, and the names with their types."""

    lists: Mapping[str, list[Json]]
    problems: list[FieldProblem]
    pages: list[Json] = field(default_factory=list)
    opened: Line | None = None
    is_loose: bool = False
    names: dict[str, Typed] = field(default_factory=lambda: dict(FACTS))
    seen: set[str] = field(default_factory=set)

    def take(self, line: Line) -> None:
        """Adds what a row says, or why it cannot be taken."""
        name, list_name, with_other = kinds.type_of(line.text("type") or "")
        known = kinds.TYPES.get(name)
        if known is None or (list_name is not None) != (name in kinds.CHOICES) or (with_other and not list_name):
            self._refuse(line, "type", "不支持此题型", "This type is not supported")
            return
        members = {**known.members, **self._appearance(line, known)}
        for column in sorted((line.values.keys() | line.words.keys()) - known.columns - {"appearance"}):
            if line.text(column) not in _NO or column != "required":
                self._refuse(line, column, f"{name} 不用此列", f"A row of type {name} does not have this")
        match name:
            case kinds.GROUP:
                self._begin(line)
            case kinds.END:
                self._end(line)
            case _:
                if list_name is not None:
                    members["options"] = self._options(line, list_name, with_other=with_other)
                self._ask(line, members)

    def end(self) -> None:
        """Refuses a group that is not closed."""
        if self.opened is not None:
            self._refuse(self.opened, "type", "此组没有 end_group", "This group has no end_group")

    def _begin(self, line: Line) -> None:
        if self.opened is not None:
            self._refuse(line, "type", "组即一页，页不能嵌套", "A group is a page, and pages do not stand in pages")
            return
        self.opened, self.is_loose = line, False
        page: Json = {"id": line.text("name") or "", "questions": []}
        if title := line.said("label"):
            page["title"] = title
        if condition := self._expression(line, "relevant"):
            page["visible_if"] = condition
        self._named_once(line, page["id"])
        self._fits(line, PageForm, page)
        self.pages.append(page)

    def _end(self, line: Line) -> None:
        if self.opened is None:
            self._refuse(line, "type", "没有与之对应的 begin_group", "No group is open here")
        self.opened, self.is_loose = None, False

    def _ask(self, line: Line, members: Json) -> None:
        if self.opened is None and not self.is_loose:
            # questions outside groups stand on pages of their own
            self.pages.append({"id": f"page_{len(self.pages) + 1}", "questions": []})
            self.is_loose = True
        asked: Json = {"id": line.text("name") or "", "required": self._required(line), **members}
        asked |= {member: said for member in ("hint",) if (said := line.said(member))}
        asked["text"] = line.said("label") or dict.fromkeys(("zh", "en"), self._unlabelled(line))
        if condition := self._expression(line, "relevant"):
            asked["visible_if"] = condition
        if constraint := self._expression(line, "constraint"):
            asked["constraint"] = {
                "expression": constraint,
                "message": line.said("constraint_message") or _NOT_ALLOWED,
            }
        elif line.said("constraint_message"):
            self._refuse(line, "constraint_message", "没有 constraint", "There is no constraint")
        if members["type"] == "calculated":
            asked |= self._calculated(line)
        if members["type"] == "scale":
            asked["scale"] = self._scale(line)
        self._named_once(line, asked["id"])
        self.pages[-1]["questions"].append(asked)
        self._know(line, asked)

    def _unlabelled(self, line: Line) -> str:
        """What a calculation is called that has no label: it is not read."""
        return line.text("name") or "" if line.text("type") == kinds.CALCULATE else ""

    def _know(self, line: Line, asked: Json) -> None:
        """Remembers the names of a question."""
        if form := self._fits(line, QuestionForm, asked):
            question = _QUESTION.validate_python(form.model_dump())
            self.names |= {variable.name: variable.typed for variable in kind_of(question).variables(question)}

    def _fits(self, line: Line, form: type[Form], made: Json) -> Form | None:
        """A question or page in its form; refuses what is none."""
        try:
            return form.model_validate(made, strict=False)
        except ValidationError as error:
            for each in field_problems(error.errors(include_url=False, include_input=False)):
                member = each.pointer.split("/")[1]
                self._refuse(line, _COLUMNS.get(member, member), each.message.zh, each.message.en)
            return None

    def _named_once(self, line: Line, name: str) -> None:
        if name in self.seen:
            self._refuse(line, "name", "名称重复", "This name is used twice")
        self.seen.add(name)

    def _options(self, line: Line, name: str, *, with_other: bool) -> list[Json]:
        options = self.lists.get(name)
        if not options:
            self._refuse(line, "type", f"工作表 choices 中没有列表 {name}", f"Sheet choices has no list {name}")
            return []
        return [*options, _OTHER] if with_other else options

    def _appearance(self, line: Line, known: kinds.XlsType) -> Mapping[str, Any]:
        appearance = line.text("appearance")
        if appearance is None:
            return {}
        if appearance not in known.appearances:
            self._refuse(line, "appearance", "不支持此外观", "This appearance is not supported")
        return known.appearances.get(appearance, {})

    def _required(self, line: Line) -> bool:
        said = (line.text("required") or "no").lower()
        if said not in (*_YES, *_NO):
            self._refuse(line, "required", "只能是 yes 或 no", "Must be yes or no")
        return said in _YES

    def _expression(self, line: Line, column: str) -> str | None:
        """An expression that our parser reads; what its names are is judged by lint."""
        text = line.text(column)
        if text is not None:
            for zh, en in unread(text):
                self._refuse(line, column, zh, en)
        return text

    def _calculated(self, line: Line) -> Json:
        text = self._expression(line, "calculation")
        if text is None:
            self._refuse(line, "calculation", "缺少表达式", "The expression is missing")
            return {"result": "text"}
        try:
            typed = Checked(parsed(text), self.names).typed
        except NotReadable:
            typed = None
        return {"calculation": text, "result": _RESULTS.get(typed.type, "text") if typed else "text"}

    def _scale(self, line: Line) -> Json:
        """From `start=1 end=5 step=1`, which are 1, 10 and 1 where they are absent, as XLSForm has it."""
        given = dict(each.partition("=")[::2] for each in (line.text("parameters") or "").replace(";", " ").split())
        start, end, step = (
            given.pop(name, default) for name, default in (("start", "1"), ("end", "10"), ("step", "1"))
        )
        if given or step != "1" or not all(each.lstrip("-").isdecimal() for each in (start, end)):
            zh, en = "须是 start、end 的整数，step 为 1", "start and end must be whole numbers, step 1"
            self._refuse(line, "parameters", zh, en)
            return {"min": 0, "max": 1}
        return {"min": int(start), "max": int(end)}

    def _refuse(self, line: Line, column: str, zh: str, en: str) -> None:
        problem = line.wrong(column, zh, en)
        # what our parser does not read, the form of a question may not take either
        if (problem.row, problem.column) not in {(each.row, each.column) for each in self.problems[-2:]}:
            self.problems.append(problem)


def unread(text: str) -> Iterator[tuple[str, str]]:
    """Why an expression is none of ours: its form, a function or a regular expression that there is not."""
    try:
        faults = Checked(parsed(text), {}).faults
    except NotReadable as unreadable:
        faults = [unreadable.fault]
    for fault in faults:
        if fault.rule in ("expression_syntax", "regex_unsupported"):
            yield fault.message.zh, fault.message.en
