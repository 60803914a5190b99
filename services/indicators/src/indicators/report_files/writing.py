"""Writes PDF files in the process of its own. Imports of it take half a second, so it is loaded there alone."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import typst
import vl_convert

TEMPLATE = Path(__file__).with_name("report.typ")
FONTS = Path(pylopdf_fonts_zh_cn.__file__).parent

_LOOK: dict[str, Any] = {
    "font": "Noto Sans SC",
    "aria": False,
    "background": "#fff",
    "mark": {"color": "#2f5d8a"},
    "view": {"stroke": None},
    "axis": {"labelLimit": 0, "labelColor": "#1b2430", "titleColor": "#1b2430", "titleFontWeight": "normal"},
    # each text takes two milliseconds, and as many again for each limit that it is measured against
    "axisX": {"tickCount": 4, "labelOverlap": False, "labelFlush": False, "labelBound": False},
}
_WIDTH, _HEIGHT, _STEP = 300, 130, 16
"""Points: of a picture without its labels, of one of lines, of a bar with the room below."""


class FileWriter:
    """Holds the fonts and the compiled template: the same report gives the same bytes whatever was written before."""

    def __init__(self) -> None:
        vl_convert.register_font_directory(f"{FONTS}")
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
        self._compiler = typst.Compiler(input=TEMPLATE, root=TEMPLATE.parent, font_paths=fonts)

    def with_pictures(self, report: Mapping[str, Any]) -> Mapping[str, Any]:
        """The report with its pictures drawn, in place of what they are drawn from."""
        for chapter in report["chapters"]:
            for drawing in (table["drawing"] for table in chapter["tables"] if table["drawing"]):
                drawing["svg"] = _drawn(drawing.pop("specification"))
        return report

    def compiled(self, report: Mapping[str, Any]) -> bytes:
        """The file of a report whose pictures are drawn. The day of its figures is the time of the file."""
        year, month, day = report["day"]
        # what names and figures hold is data of the template, never its text
        made = self._compiler.compile(
            format="pdf",
            sys_inputs={"report": json.dumps(report)},
            pdf_standards=["a-2a", "ua-1"],
            timestamp=datetime(year, month, day, tzinfo=UTC),
        )
        assert isinstance(made, bytes)
        return made


def _drawn(specification: Mapping[str, Any]) -> str:
    height = {"step": _STEP} if specification["mark"]["type"] == "bar" else _HEIGHT
    sized = {**specification, "width": _WIDTH, "height": height}
    # no picture asks another machine for anything
    svg: str = vl_convert.vegalite_to_svg(sized, config=_LOOK, allowed_base_urls=[])
    return svg
