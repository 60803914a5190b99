"""The process that makes PDF files, run as a module: it is sent a document as JSON, and answers the file."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from common.limited.asking import Answer, answer_all

MEMORY = 2 * 1024**3
"""Address space; a report takes a hundred megabytes, the fonts twenty of them."""

CPU_SECONDS = 60
"""For one report; one takes a quarter of a second."""

TEMPLATE = Path(__file__).with_name("report.typ")


def load() -> Answer:
    """What makes the files: the same document gives the same bytes, since its day is the time of the file."""
    import pylopdf_fonts_zh_cn
    import typst

    folder = Path(pylopdf_fonts_zh_cn.__file__).parent
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
    compiler = typst.Compiler(input=TEMPLATE, root=TEMPLATE.parent, font_paths=fonts)

    def write(content: bytes) -> Sequence[bytes]:
        year, month, day = json.loads(content)["day"]
        # what names and figures hold is data of the template, never its text
        made = compiler.compile(
            format="pdf",
            sys_inputs={"report": content.decode()},
            pdf_standards=["a-2a", "ua-1"],
            timestamp=datetime(year, month, day, tzinfo=UTC),
        )
        assert isinstance(made, bytes)
        return [made]

    return write


if __name__ == "__main__":
    answer_all(MEMORY, CPU_SECONDS, load)
