"""Definitions as documents: JSON files of the release, each with its hash.

No version is ever edited: a change is a new file.
Their hash is the SHA-256 of the RFC 8785 JSON of the document without `hash`.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from common.canonical import canonical


class Kind(StrEnum):
    """What is defined, in the order in which definitions are listed."""

    SCHEME = "scheme"
    DENOMINATOR = "denominator"
    TRACKING = "tracking"
    POLICY = "policy"
    SCORE = "score"


@dataclass(frozen=True)
class Document:
    """One version of a definition; `content` is all of the file."""

    kind: Kind
    id: str
    content: Mapping[str, Any]

    @property
    def version(self) -> str:
        """The name of the version, such as `CN-2024.1`."""
        return str(self.content["version"])

    @property
    def hash(self) -> str:
        """What tells this content from every other."""
        return str(self.content["hash"])


def hash_of(content: Mapping[str, Any]) -> str:
    """The hash of a document, whatever it says of its own."""
    return sha256(canonical({name: value for name, value in content.items() if name != "hash"})).hexdigest()


def versions_of(definition_id: str) -> Sequence[Document]:
    """All versions of a definition, the newest first; none of an unknown one."""
    return _VERSIONS.get(definition_id, ())


def newest(kind: Kind | None = None) -> list[Document]:
    """The newest version of every definition, or of those of a kind; schemes from the newest to the oldest."""
    return [found[0] for found in _VERSIONS.values() if kind in {None, found[0].kind}]


def _read() -> Mapping[str, Sequence[Document]]:
    found = defaultdict[str, list[Document]](list)
    for kind in Kind:
        folder = files("indicators.schemes") / "data" / kind.value
        found_in = folder.iterdir() if folder.is_dir() else ()
        read: list[Mapping[str, Any]] = [json.loads(each.read_text("utf-8")) for each in found_in]
        for content in sorted(read, key=_place):
            found[content["id"]].append(Document(kind, content["id"], MappingProxyType(content)))
    return MappingProxyType(found)


def _place(content: Mapping[str, Any]) -> tuple[int, str, int]:
    """Where a document stands among those of its kind: schemes of newer cohorts first, newer versions first."""
    first, last = content.get("first_cohort"), content.get("last_cohort")
    of_no_cohort = first is None and last is None
    return (1 if of_no_cohort else -(first or 0)), content["id"], -int(content["version"].rpartition(".")[2])


_VERSIONS = _read()
