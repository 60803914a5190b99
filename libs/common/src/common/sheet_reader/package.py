"""The parts of an .xlsx file (ECMA-376 part 2): found by their relations, unpacked only when they are read."""

import posixpath
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import XML, Element

from common.sheet_reader.limits import MAX_UNPACKED, Refusal

_PIECE = 1024**2
_MACROS = ("vbaproject.bin", "vbaprojectsignature.bin")
_LINKS = "xl/externallinks/"
_OTHER_KINDS = (("xl/workbook.bin", ".xlsb"), ("content.xml", ".ods"), ("word/document.xml", ".docx"))
_DOCTYPE = b"<!DOCTYPE"


class Package:
    """A zip file whose parts are named as the format means them, whatever capitals and slashes the writer used."""

    def __init__(self, content: bytes) -> None:
        self._archive = zipfile.ZipFile(BytesIO(content))
        self._members = {_part_name(member.filename): member for member in self._archive.infolist()}
        self._sizes: dict[str, int] = {}
        if any(name.endswith(_MACROS) for name in self._members):
            raise Refusal("file_has_macros")
        if any(name.startswith(_LINKS) for name in self._members):
            raise Refusal("file_has_links")

    def workbook(self) -> tuple[str, Element]:
        """The name and content of the workbook's own part; raises Refusal if the file is something else."""
        found = [target for kind, target in self.relations("").values() if kind == "officeDocument"]
        for name in [*found, "xl/workbook.xml"]:
            if name in self and name.endswith(".xml") and (root := self.tree(name)).tag == "workbook":
                return name, root
        raise Refusal("file_type", next((kind for part, kind in _OTHER_KINDS if part in self), ".zip"))

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """The relations of a part: id → last word of its kind, and the part that it leads to."""
        folder, name = posixpath.split(part)
        where = posixpath.join(folder, "_rels", f"{name}.rels")
        if where not in self._members:
            return {}
        return {
            each.get("Id", ""): (
                each.get("Type", "").rsplit("/", 1)[-1],
                _part_name(posixpath.join("/", folder, unquote(each.get("Target", "")))),
            )
            for each in self.tree(where)
        }

    def tree(self, part: str) -> Element:
        """A small part as a whole, its tags without namespaces."""
        content = b"".join(self.pieces(part))
        if _DOCTYPE in content:
            raise Refusal("file_corrupt")
        root = XML(content)
        for element in root.iter():
            element.tag = element.tag.rpartition("}")[2]
        return root

    def pieces(self, part: str) -> Iterator[bytes]:
        """The content of a part; counts what is unpacked, because the sizes in a header can lie."""
        member = self._members.get(part)
        if member is None:
            return
        if member.flag_bits & 1:
            raise Refusal("file_encrypted")
        size = 0
        with self._archive.open(member) as packed:
            while piece := packed.read(_PIECE):
                size += len(piece)
                self._sizes[part] = max(size, self._sizes.get(part, 0))
                if sum(self._sizes.values()) > MAX_UNPACKED:
                    raise Refusal("file_too_large")
                yield piece

    def __contains__(self, part: str) -> bool:
        return part in self._members


def _part_name(name: Any) -> str:
    return posixpath.normpath(str(name).replace("\\", "/")).lstrip("/").lower()
