"""The page of fields is what the code and its data give."""

from destinations import dictionary
from destinations.registrations.domain.content import FIELDS


def test_the_committed_page_is_up_to_date() -> None:
    assert dictionary.PAGE.read_text("utf-8") == dictionary.document()
    assert dictionary.main(["--check"]) == 0


def test_every_field_has_a_row() -> None:
    rows = [line.split("|")[1].strip() for line in dictionary.document().splitlines() if line.startswith("| `")]
    assert rows[: len(FIELDS)] == [f"`{name}`" for name in FIELDS]
