from registry import dictionary
from registry.graduates.domain.entry import FIELDS


def test_the_committed_page_is_what_the_code_gives() -> None:
    assert dictionary.PAGE.read_text("utf-8") == dictionary.document()
    assert dictionary.main(["--check"]) == 0


def test_each_field_has_a_row_with_all_that_is_said_of_it() -> None:
    rows = [line.strip("| ").split(" | ") for line in dictionary.document().splitlines() if line.startswith("| `")]
    said = {row[0].strip("`"): row[1:] for row in rows}
    assert said.keys() == set(FIELDS)
    assert len(rows) == len(FIELDS)
    assert said["email"] == [
        "电子邮箱",
        "text",
        "free",
        "sealed",
        r"z\*\*\*@x.cn",
        "`registration` `support` `survey_contact`",
    ]
    assert said["health_status_code"][:5] == [
        "健康状况",
        "code of `health-status` (健康状况)",
        "reviewed",
        "sealed",
        "nothing",
    ]
    assert said["urban_rural"][:5] == ["城乡生源", "`urban` `rural`", "reviewed", "clear", "as it is"]
    assert said["phone"][2:5] == ["free", "sealed, found", r"138\*\*\*\*5678"]
