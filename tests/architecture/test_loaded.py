"""What no process of a service loads while nothing is asked of it: each takes megabytes of its memory."""

import subprocess
import sys

from quxiang.addresses import PORTS

LATER = {
    "rich", "obstore", "xlsxwriter", "cv2", "numpy", "PIL", "rapidfuzz", "docx", "lxml", "re2", "typst", "vl_convert",
    "jinja2", "pandas", "pyreadstat", "stdnum", "msgspec",
}  # fmt: skip


def test_processes_start_without_what_they_may_never_need() -> None:
    programs = ", ".join(f"{service}.__main__" for service in PORTS)
    command = f"import sys, {programs}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert LATER & set(loaded.stdout.split()) == set()
