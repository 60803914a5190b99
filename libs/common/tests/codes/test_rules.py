from common.codes.rules import rule, rules
from common.spreadsheets import kinds


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
    for reason, text in kinds._MESSAGES.items():
        assert rule(reason).text == text
