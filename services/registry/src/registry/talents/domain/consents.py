"""Texts of consent: files of the release, the newest by its day in force. A text that was given is never changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

TALENT_POOL = "talent-pool"


@dataclass(frozen=True)
class ConsentText:
    """One text in both languages; `version` is the day of its making. No authority has confirmed it."""

    name: str
    version: str
    zh: str
    en: str
    verified: bool = False


@cache
def consent_texts() -> Mapping[str, ConsentText]:
    """The texts in force by name: of each the newest."""
    folders = [each for each in (files("registry.talents") / "texts").iterdir() if each.is_dir()]
    found = {}
    for folder in folders:
        version = max(each.name.partition(".")[0] for each in folder.iterdir())
        zh, en = ((folder / f"{version}.{each}.md").read_text("utf-8") for each in ("zh", "en"))
        found[folder.name] = ConsentText(folder.name, version, zh, en)
    return found
