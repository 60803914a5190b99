"""The members of a ZIP file of photos: whom each means by its name, and its content within limits. CPU work."""

import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from common.files import unreadable
from registry.graduates.domain.identity import birth_date
from registry.photo_checks.rules import LARGEST

MAX_MEMBERS = 2_000

_ENTRY = b"PK\x01\x02"
"""How each entry of a ZIP file's directory begins."""

_NAME = re.compile(r"([0-9A-Za-z\-_.]{1,40})\.jpe?g", re.IGNORECASE)
_ENCRYPTED = 1
_METHODS = frozenset({ZIP_STORED, ZIP_DEFLATED})
"""How members may be packed. Of any other the module unpacks all that it has read, however little is asked for."""


@dataclass(frozen=True)
class Member:
    """One file: its place in the ZIP file from 1, and the number in its name, or the rule that its name breaks."""

    row: int
    number: str = ""
    fault: str | None = None


class PhotoArchive:
    """A ZIP file of photos. Raises FileRefused for one that cannot be read."""

    def __init__(self, content: bytes) -> None:
        # an entry of the directory takes twenty times its bytes in memory; photos may hold such bytes, too
        if content.count(_ENTRY) > 2 * MAX_MEMBERS:
            raise unreadable("too_many_photos")
        try:
            self._file = ZipFile(BytesIO(content))
        except Exception:
            # the module has errors of many kinds for a file that is broken
            raise unreadable("zip_unreadable") from None
        self._entries = self._file.infolist()
        if len(self._entries) > MAX_MEMBERS:
            raise unreadable("too_many_photos")
        if not self._entries:
            raise unreadable("file_empty")
        if any(each.flag_bits & _ENCRYPTED for each in self._entries):
            raise unreadable("file_encrypted")
        if any(each.compress_type not in _METHODS for each in self._entries):
            raise unreadable("zip_unreadable")
        self.members = list(self._members())

    def content(self, member: Member) -> bytes:
        """The content of a member, cut off after the first byte that is too many; empty where it cannot be read."""
        try:
            with self._file.open(self._entries[member.row - 1]) as opened:
                return opened.read(LARGEST + 1)
        except Exception:
            return b""

    def _members(self) -> Iterator[Member]:
        for row, entry in enumerate(self._entries, start=1):
            named = None if _is_link(entry) else _NAME.fullmatch(entry.filename)
            if named is None:
                yield Member(row, fault="photo_name")
            elif birth_date(named[1].upper()) is not None:
                yield Member(row, fault="photo_name_is_citizen_id")
            else:
                yield Member(row, named[1])


def _is_link(entry: ZipInfo) -> bool:
    return stat.S_ISLNK(entry.external_attr >> 16)
