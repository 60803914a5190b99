"""What is taken although a table does not know it, and is worth a look. Pure."""

from collections.abc import Iterator, Mapping

from common.codes import CodeLists
from common.identity import is_newer_letter
from registry.graduates.domain.identity import is_usual_document


def doubts(given: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yields field and rule for each value that is newer than the tables, or has no usual form."""
    name, number, place = (given.get(field) for field in ("name", "citizen_id", "origin_place_code"))
    if isinstance(name, str) and not name.isalpha() and any(map(is_newer_letter, name)):
        yield "name", "newer_letter"
    if isinstance(number, str) and not is_usual_document(number):
        yield "citizen_id", "unusual_document"
    if isinstance(place, str) and not CodeLists.load().get("division").is_listed(place):
        yield "origin_place", "newer_code"
