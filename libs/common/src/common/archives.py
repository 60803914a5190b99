"""ZIP files that are made while they are taken: no more of one is in memory than the member that is being added."""

from collections.abc import AsyncIterable, AsyncIterator
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from common import clock

_READABLE = 0o644 << 16


class Pieces:
    """A file that cannot seek: a package is written into it from its first byte to its last."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, content: bytes, /) -> int:
        """Keeps the content until it is taken."""
        self._written.append(bytes(content))
        return len(content)

    def flush(self) -> None:
        """Each piece is there at once."""

    def close(self) -> None:
        """Nothing is open."""

    def taken(self) -> bytes:
        """What has been written since the last time."""
        taken = b"".join(self._written)
        self._written.clear()
        return taken


class Member(NamedTuple):
    """A file in an archive: its path, whose parts `/` divides, and what it holds."""

    name: str
    content: bytes


async def archived(members: AsyncIterable[Member]) -> AsyncIterator[bytes]:
    """The ZIP file with these members, piece by piece."""
    pieces = Pieces()
    package = ZipFile(pieces, "w", ZIP_DEFLATED)
    async for member in members:
        about = ZipInfo(member.name, clock.now().timetuple()[:6])
        about.compress_type, about.external_attr = ZIP_DEFLATED, _READABLE
        package.writestr(about, member.content)
        yield pieces.taken()
    package.close()
    yield pieces.taken()
