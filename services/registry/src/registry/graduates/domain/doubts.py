"""What is taken although a table does not know it, and is worth a look. Pure."""

from collections.abc import Iterator, Mapping

from common.codes import CodeLists
from common.identity import is_newer_letter
from registry.graduates.domain.entry import PLACES
from registry.graduates.domain.identity import is_usual_document


def doubts(given: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yields field and rule for each value that is newer than the tables, or has no usual form."""
    name, number = given.get("name"), given.get("citizen_id")
    if isinstance(name, str) and not name.isalpha() and any(map(is_newer_letter, name)):
        yield "name", "newer_letter"
    if isinstance(number, str) and not is_usual_document(number):
        yield "citizen_id", "unusual_document"
    divisions = CodeLists.load().get("division")
    for field in PLACES:
        if isinstance(place := given.get(field), str) and not divisions.is_listed(place):
            yield field.removesuffix("_code"), "newer_code"
