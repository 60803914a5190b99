"""The process that makes PDF files, run as a module: it is sent a document as JSON, and answers the file."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from common.limited.asking import Answer, answer_all
from common.limited.limits import DATA

MEMORY = 1024**3
"""Of data: a report takes two hundred megabytes. What draws charts reserves sixty gigabytes of addresses unused."""

CPU_SECONDS = 60
"""For one report; one takes a second."""

TEMPLATE = Path(__file__).with_name("report.typ")

FONT = "Noto Sans SC"
_LOOK: dict[str, Any] = {
    "font": FONT,
    "aria": False,
    "background": "#fff",
    "mark": {"color": "#2f5d8a"},
    "view": {"stroke": None},
    "axis": {"labelLimit": 170, "labelColor": "#1b2430", "titleColor": "#1b2430", "titleFontWeight": "normal"},
    # each text that is measured takes four milliseconds
    "axisX": {"tickCount": 4, "labelOverlap": False, "labelFlush": False, "labelBound": False},
}
_WIDTH, _HEIGHT, _STEP = 300, 130, 16
"""Points: of a picture without its labels, of one of lines, of a bar with the room below."""


def load() -> Answer:
    """What makes the files: the same document gives the same bytes, since its day is the time of the file."""
    import pylopdf_fonts_zh_cn
    import typst
    import vl_convert

    folder = Path(pylopdf_fonts_zh_cn.__file__).parent
    vl_convert.register_font_directory(f"{folder}")
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
    compiler = typst.Compiler(input=TEMPLATE, root=TEMPLATE.parent, font_paths=fonts)

    def drawn(specification: Mapping[str, Any]) -> str:
        height = {"step": _STEP} if specification["mark"]["type"] == "bar" else _HEIGHT
        sized = {**specification, "width": _WIDTH, "height": height}
        # no picture asks another machine for anything
        svg: str = vl_convert.vegalite_to_svg(sized, config=_LOOK, allowed_base_urls=[])
        return svg

    def write(content: bytes) -> Sequence[bytes]:
        report = json.loads(content)
        for chapter in report["chapters"]:
            for drawing in (table["drawing"] for table in chapter["tables"] if table["drawing"]):
                drawing["svg"] = drawn(drawing.pop("specification"))
        year, month, day = report["day"]
        # what names and figures hold is data of the template, never its text
        made = compiler.compile(
            format="pdf",
            sys_inputs={"report": json.dumps(report)},
            pdf_standards=["a-2a", "ua-1"],
            timestamp=datetime(year, month, day, tzinfo=UTC),
        )
        assert isinstance(made, bytes)
        return [made]

    return write


if __name__ == "__main__":
    answer_all(MEMORY, CPU_SECONDS, load, of=DATA)
