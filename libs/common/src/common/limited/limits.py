"""The side of the limited process: it limits itself before anything else. Imports nothing that takes time."""

import contextlib
import resource

ADDRESSES, DATA = "RLIMIT_AS", "RLIMIT_DATA"
"""What memory is counted by: all addresses, or data alone for a program that reserves many and never uses them."""


def limit_myself(memory: int, cpu_seconds: int, of: str = ADDRESSES) -> None:
    """Bytes of memory, processor time, no files, no core dump; what a system does not know is left out."""
    for name, value in ((of, memory), ("RLIMIT_FSIZE", 0), ("RLIMIT_CORE", 0)):
        with contextlib.suppress(AttributeError, ValueError, OSError):
            resource.setrlimit(getattr(resource, name), (value, value))
    limit_time(cpu_seconds)


def limit_time(cpu_seconds: int) -> None:
    """Ends this process once it has taken so many more seconds of processor time than by now."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + cpu_seconds
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))
