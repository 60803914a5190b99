"""Names of the values of a structure table in both languages."""

from collections.abc import Mapping
from types import MappingProxyType

from common.codes import CodeLists
from common.errors import Message
from indicators.structures.domain.structure import FURTHER_STUDY

_LISTS: Mapping[str, str] = MappingProxyType(
    {
        "employer_nature": "employer-nature",
        "industry": "industry",
        "province": "division",
        "destination": "destination",
    }
)
_REGIONS: Mapping[str, Message] = MappingProxyType(
    {
        "east": Message("东部", "East"),
        "central": Message("中部", "Central"),
        "west": Message("西部", "West"),
        "northeast": Message("东北", "Northeast"),
        "north": Message("华北", "North"),
        "south": Message("华南", "South"),
        "southwest": Message("西南", "Southwest"),
        "northwest": Message("西北", "Northwest"),
        "outside": Message("境外及港澳台", "Abroad, Hong Kong, Macau and Taiwan"),
    }
)
_FURTHER_STUDY = Message("升学", "Further study")
_SEVEN: Mapping[str, Message] = MappingProxyType(
    {"east": Message("华东", "East"), "central": Message("华中", "Central")}
)


def label_of(dimension: str, code: str | None, language: str, regions: str = "four") -> str | None:
    """The name of a value; none for a missing value and for a code that the list does not have."""
    if code is None:
        return None
    if dimension == "region":
        names = {**_REGIONS, **(_SEVEN if regions == "seven" else {})}
        return names[code].in_language(language)
    if code == FURTHER_STUDY:
        return _FURTHER_STUDY.in_language(language)
    entry = CodeLists.load().get(_LISTS[dimension]).lookup(code)
    return entry.label(language) if entry is not None else None
