"""Job fairs (双选会) of a school."""
