"""Which of the two languages of the interface a caller reads."""

DEFAULT = "zh"
LANGUAGES = ("zh", "en")
_LONGEST = 200


def preferred_language(accept_language: str | None) -> str:
    """`zh` or `en` by Accept-Language (RFC 9110, 12.5.4); Chinese without any preference that we can meet.

    >>> preferred_language("en-GB,en;q=0.9,zh;q=0.8"), preferred_language("fr, *;q=0.1"), preferred_language(None)
    ('en', 'zh', 'zh')
    """
    if not accept_language:
        return DEFAULT
    weights = [_weighed(part) for part in accept_language[:_LONGEST].split(",")]
    known = [(weight, name) for weight, name in weights if name in LANGUAGES and weight > 0]
    return max(known, key=lambda pair: pair[0])[1] if known else DEFAULT


def _weighed(part: str) -> tuple[float, str]:
    tag, _, parameter = part.strip().partition(";")
    try:
        weight = float(parameter.strip().removeprefix("q=") or 1)
    except ValueError:
        weight = 0.0
    return weight, tag.strip().lower().split("-")[0]
