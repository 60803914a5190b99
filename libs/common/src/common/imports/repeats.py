"""What a file has named before: two rows must not speak of one thing, and the later one is at fault."""

from collections import defaultdict
from collections.abc import Hashable

REPEATED = "duplicate_in_file"


class SeenKeys:
    """The keys of the rows so far, by what they are keys of; over all chunks of a file."""

    def __init__(self) -> None:
        self._seen: defaultdict[str, set[Hashable]] = defaultdict(set)

    def take(self, of: str, key: Hashable) -> bool:
        """Takes a key from now on; True if an earlier row has taken it."""
        seen = self._seen[of]
        before = len(seen)
        seen.add(key)
        return len(seen) == before
