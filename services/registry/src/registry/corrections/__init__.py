"""Corrections (更正): a graduate asks for another value of a field that is not free, an officer decides."""
