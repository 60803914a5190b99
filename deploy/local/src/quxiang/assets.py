"""Writes the script that draws charts on pages: `python -m quxiang.assets`; `--check` compares only."""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from common.generated import write_or_check
from quxiang.state import workspace_root

SCRIPT = workspace_root() / "services/indicators/src/indicators/dashboard/page/vega.js"

# its own types do not fit what it does, and it is there only for this act
vl_convert: Any = import_module("vl_convert")


def document() -> str:
    """Vega, Vega-Lite and vega-embed of the locked vl-convert as one script, which sets `window.vegaEmbed`."""
    bundle = vl_convert.javascript_bundle()
    return f"// Vega, Vega-Lite, vega-embed of vl-convert {vl_convert.__version__} (BSD-3-Clause)\n{bundle}\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes or checks, and returns the exit code."""
    return write_or_check("quxiang.assets", __doc__, {SCRIPT: document()}, "make assets", arguments)


if __name__ == "__main__":
    sys.exit(main())
