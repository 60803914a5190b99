"""Definitions never change once they are released."""

import csv
from pathlib import Path

from indicators.schemes.documents import Kind, hash_of, newest, versions_of

RELEASED = Path(__file__).with_name("released.csv")


def test_no_released_version_was_edited_and_every_version_is_listed() -> None:
    with RELEASED.open(encoding="utf-8", newline="") as file:
        released = {row["version"]: row["hash"] for row in csv.DictReader(file)}
    found = {each.version: each for first in newest() for each in versions_of(first.id)}
    assert {version: each.hash for version, each in found.items()} == released
    assert {version: hash_of(each.content) for version, each in found.items()} == released


def test_a_document_says_what_it_is_in_the_place_where_it_stands() -> None:
    for each in newest():
        assert each.content["kind"] == each.kind
        assert each.content["id"] == each.id
        assert set(each.content["changes"]) == {"zh", "en"}
    assert [each.id for each in newest(Kind.SCHEME)] == ["CN-2024", "CN-2021", "CN-2004", "NACE"]
