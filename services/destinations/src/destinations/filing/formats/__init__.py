"""Formats of destination files: each is defined once, and both written and read by that definition.

`layouts` has the columns of each, `cells` makes them, `classes` are those that say what the destination code says, too:
an import compares them with it. Which header text fills which field stands with the import of registrations.
"""

from destinations.filing.formats.cells import Owner, RowMaker
from destinations.filing.formats.layouts import FORMATS, Format, Layout

__all__ = ["FORMATS", "Format", "Layout", "Owner", "RowMaker"]
