import inspect
import re

from common.codes.rules import rule, rules
from common.spreadsheets import child, kinds, reading


def test_every_rule_is_complete() -> None:
    for each in rules().values():
        assert each.subject in {"any", "file", "graduate", "registration"}
        assert each.level in {"field", "record", "file"}
        assert each.severity in {"error", "warning"}
        assert each.text.zh
        assert each.text.en


def test_a_broken_rule_names_its_field() -> None:
    problem = rule("required").problem("/name")
    assert (problem.pointer, problem.rule, problem.message) == ("/name", "required", rules()["required"].text)


def test_every_reason_to_refuse_a_file_is_a_rule() -> None:
    sources = [inspect.getsource(module) for module in (child, kinds, reading)]
    reasons = {reason for source in sources for reason in re.findall(r'(?:Refusal|unreadable)\("(\w+)"', source)}
    assert {"file_empty", "file_type", "file_too_slow", "several_tables"} <= reasons
    assert all(rule(reason).level == "file" for reason in reasons)
