"""All checks of one photo. CPU work of the limited process only."""

from registry.photo_checks import background, face
from registry.photo_checks.picture import encoded, opened
from registry.photo_checks.rules import PROFILES, RULES, Check, broken_errors, skipped

Looked = tuple[list[Check], bytes]
"""The checks in the order of the catalogue, and the photo to keep: empty where an error was found."""


def looked_at(content: bytes, profile: str) -> Looked:
    """Judges a photo by the background of a profile."""
    pixels, found = opened(content)
    if pixels is not None:
        upper = background.upper_lab(pixels)
        found += background.checks(upper, PROFILES[profile]) + face.checks(pixels, upper)
    of_rule = {each.rule: each for each in found}
    checks = [of_rule.get(rule) or skipped(rule)[0] for rule in RULES]
    return checks, b"" if pixels is None or broken_errors(checks) else encoded(pixels)
