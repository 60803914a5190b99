"""Who was named in a file before: two rows must not speak of one graduate, and the later one is at fault."""

from collections.abc import Iterator

from registry.rosters.lines import Line
from registry.rosters.rows import Fault

REPEATED_CITIZEN = Fault("citizen_id", "duplicate_citizen_id")


class NamedBefore:
    """The keys of the lines so far, over all chunks of a file."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, object]] = set()

    def faults_of(self, line: Line) -> Iterator[Fault]:
        """What the line repeats; its keys are taken from now on. Its graduate must have been looked up."""
        repeated = [column for column, key in _keys(line) if self._takes(key)]
        if repeated:
            yield Fault(repeated[0], "duplicate_in_file")
        citizen = line.known.citizen_id_index if line.is_unchanged and line.known else line.citizen_index
        if citizen and self._takes(("citizen_id", citizen)):
            yield REPEATED_CITIZEN

    def _takes(self, key: tuple[str, object]) -> bool:
        """True if the key was taken before."""
        before = len(self._seen)
        self._seen.add(key)
        return len(self._seen) == before


def _keys(line: Line) -> Iterator[tuple[str, tuple[str, object]]]:
    """Column and key of everything that says whose line this is; two numbers may name one graduate."""
    if line.student_number:
        yield "student_number", ("student_number", line.student_number)
    if line.exam_number:
        yield "exam_number", ("exam_number", line.exam_number)
    if line.known:
        yield "student_number" if line.student_number else "exam_number", ("graduate", line.known.id)
