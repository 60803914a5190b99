"""What the launcher tells the person: short lines with the time since the start, to a terminal or to a pipe."""

import contextlib
import sys
import time


class Console:
    """Writes lines; a reader that went away does not stop the stack."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    @property
    def is_terminal(self) -> bool:
        """Whether a person watches."""
        return sys.stdout.isatty()

    def say(self, text: str) -> None:
        """Says what just happened."""
        self.show(f"[{time.monotonic() - self._start:5.1f} s] {text}")

    def show(self, text: str) -> None:
        """Writes plain lines."""
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.write(text + "\n")
            sys.stdout.flush()

    def complain(self, text: str) -> None:
        """Says what went wrong."""
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(f"\n{text}\n")
            sys.stderr.flush()
