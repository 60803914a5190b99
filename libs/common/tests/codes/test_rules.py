from common.codes.rules import rule, rules


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
