"""Which columns of an indicator a publication shows; pure."""

from indicators.tracking_counts.indicators import INDICATORS, TOPS, VALUE
from indicators.tracking_counts.statistics import distribution

MEDIAN = "median"


def columns_of(indicator: str) -> list[str]:
    """The value, and the median of amounts beside a share.

    >>> columns_of("startup_financing"), columns_of("major_match")
    (['value', 'median'], ['75'])
    """
    columns = INDICATORS[indicator].columns
    main = VALUE if VALUE in columns else f"{TOPS[0]}"
    return [main, *({MEDIAN} & columns.keys())]


def is_distribution(indicator: str) -> bool:
    """Whether its value is how many name each code.

    >>> is_distribution("leave_reasons"), is_distribution("salary")
    (True, False)
    """
    column = INDICATORS[indicator].columns.get(VALUE)
    return column is not None and column.statistic is distribution
