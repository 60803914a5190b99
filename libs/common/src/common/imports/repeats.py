"""What a file has named before: two rows must not speak of one thing, and the later one is at fault."""

from collections import defaultdict
from collections.abc import Hashable

REPEATED = "duplicate_in_file"


class SeenKeys:
    """The keys of the rows so far, by what they are keys of; over all chunks of a file."""

    def __init__(self) -> None:
        self._seen: defaultdict[str, dict[Hashable, int]] = defaultdict(dict)

    def take(self, of: str, key: Hashable, row: int) -> bool:
        """Takes a key for a row from now on; True if another row has taken it before."""
        return self._seen[of].setdefault(key, row) != row
