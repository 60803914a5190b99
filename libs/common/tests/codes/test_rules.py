import inspect
import re
from pathlib import Path

from common import sheet_reader
from common.codes.rules import rule, rules
from common.sheet_reader import cells
from common.spreadsheets import kinds, reading


def test_every_rule_is_complete() -> None:
    for each in rules().values():
        assert each.subject in {
            "answer",
            "any",
            "employer",
            "evidence",
            "file",
            "graduate",
            "photo",
            "reference",
            "registration",
            "roster",
            "season",
            "unit",
        }
        assert each.level in {"field", "record", "file", "college", "school"}
        assert each.severity in {"error", "warning"}
        assert each.text.zh
        assert each.text.en
        assert each.source
        assert each.level != "college" or each.tolerance is not None


def test_rules_of_quality_state_their_tolerance() -> None:
    """Those of the contract of registry, in per cent; the age is a proposal."""
    stated = {
        name: (each.severity, float(each.tolerance)) for name, each in rules().items() if each.tolerance is not None
    }
    assert stated == {
        **dict.fromkeys(("source_fields_missing", "sex_contradicts_citizen_id"), ("error", 0)),
        **dict.fromkeys(("commissioning_incomplete", "counted_twice"), ("error", 0)),
        **dict.fromkeys(("phone_shared", "age_implausible"), ("warning", 0)),
        **dict.fromkeys(("origin_place_coarse", "possible_duplicate"), ("warning", 0)),
        **dict.fromkeys(("study_period_odd", "entered_late"), ("warning", 1)),
        "phone_missing": ("warning", 2),
        "left_population": ("warning", 3),
        "address_institutional": ("warning", 5),
        "size_change": ("warning", 20),
    }
    assert [name for name, each in rules().items() if not each.verified] == ["age_implausible"]


def test_a_broken_rule_names_its_field() -> None:
    problem = rule("required").problem("/name")
    assert (problem.pointer, problem.rule, problem.message) == ("/name", "required", rules()["required"].text)


def test_every_reason_to_refuse_a_file_is_a_rule() -> None:
    sources = [inspect.getsource(module) for module in (kinds, reading)]
    sources += [path.read_text() for path in Path(sheet_reader.__path__[0]).glob("*.py")]
    reasons = {reason for source in sources for reason in re.findall(r'(?:Refusal|unreadable)\("(\w+)"', source)}
    assert {"file_empty", "file_type", "file_too_slow", "several_tables"} <= reasons
    assert all(rule(reason).level == "file" for reason in reasons)


def test_every_reason_not_to_store_a_cell_is_a_rule() -> None:
    reasons = {value for name, value in vars(cells).items() if name.isupper() and not name.startswith("_")}
    assert all(rule(reason).level == "field" for reason in reasons if isinstance(reason, str))
