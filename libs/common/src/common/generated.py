"""Committed files that are made from the code: written, or compared with what the code gives."""

import sys
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path


def write_or_check(
    module: str, about: str | None, files: Mapping[Path, str], made_by: str, arguments: Sequence[str] | None = None
) -> int:
    """The command line of a module that makes files: writes those that differ, or with `--check` names them.

    `files` are paths in a source tree with what they should hold, `made_by` is the command that writes them. Returns
    the exit code: 1 where a check finds a file that differs.
    """
    parser = ArgumentParser(prog=f"python -m {module}", description=about)
    parser.add_argument("--check", action="store_true", help="fail when a committed file differs")
    check = parser.parse_args(arguments).check
    outdated = [path for path, text in files.items() if not path.exists() or path.read_text("utf-8") != text]
    for path in outdated:
        if check:
            sys.stderr.write(f"outdated: {path} ({made_by})\n")
        else:
            path.write_text(files[path], "utf-8")
    return 1 if check and outdated else 0
