"""What the business register (工商登记) says of an employer. Pure."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from destinations.employers.domain import Employer, FormerName

_BETWEEN = re.compile(r"[、，,；;\n]+")


def former_names(text: str, before: tuple[FormerName, ...] = ()) -> tuple[FormerName, ...]:
    """The names of a cell, in its order; how long one held stays known.

    >>> [each.name for each in former_names("甲公司、乙公司；甲公司")]
    ['甲公司', '乙公司']
    """
    known = {each.name: each.until for each in before}
    names = dict.fromkeys(filter(None, map(str.strip, _BETWEEN.split(text))))
    return tuple(FormerName(each, known.get(each)) for each in names)


def registered(employer: Employer, said: Mapping[str, Any]) -> Employer:
    """The employer as the register has it: what a row says is locked from now on, what it leaves blank stays."""
    given = dict(said)
    if "former_names" in said:
        given["former_names"] = former_names(said["former_names"], employer.former_names)
    return replace(employer, **given, register_fields=employer.register_fields | given.keys())
