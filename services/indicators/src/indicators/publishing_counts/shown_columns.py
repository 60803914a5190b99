"""Which columns of an indicator a publication shows; pure."""

from indicators.tracking_counts.indicators import INDICATORS, TOPS, VALUE

MEDIAN = "median"


def columns_of(indicator: str) -> list[str]:
    """The value, and the median of amounts beside a share.

    >>> columns_of("startup_financing"), columns_of("major_match")
    (['value', 'median'], ['75'])
    """
    columns = INDICATORS[indicator].columns
    main = VALUE if VALUE in columns else f"{TOPS[0]}"
    return [main, *({MEDIAN} & columns.keys())]
