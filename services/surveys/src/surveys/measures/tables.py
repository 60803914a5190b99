"""The sequence of each respondent's and each wave's events about measures."""

from sqlalchemy import BigInteger, Column, Date, Table, Text, Uuid

from surveys.schema import metadata

measure_streams = Table(
    "measure_streams",
    metadata,
    # the graduate, the employer, or the wave
    Column("subject_id", Uuid, primary_key=True),
    Column("school_code", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("last_decided_on", Date, nullable=False),
)
