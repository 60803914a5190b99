"""What a file may cost, and the refusal of one that costs more or cannot be read."""

MEMORY = 460 * 1024**2
"""Address space; what of it is in memory stays below 400 MB."""

CPU_SECONDS = 60
MAX_UNPACKED = 500 * 1024**2
"""Bytes of the parts that are read: 200,000 rows of forty columns. Pictures and other parts are never unpacked."""

MAX_ROWS = 200_000
MAX_COLUMNS = 100
MAX_CELLS = 8_000_000
"""All rows with forty columns each; the widest format that schools exchange has less, and few large files that many."""

MAX_TEXT = 32_767
"""Characters of a cell, as many as a spreadsheet program holds."""


class Refusal(Exception):
    """The file breaks a rule of the catalogue; `names` are what the rule is about, a format or a sheet."""

    def __init__(self, rule: str, *names: str) -> None:
        super().__init__(rule)
        self.rule = rule
        self.names = names
