"""How far each partition was applied, and how far it went when the worker last looked."""

from sqlalchemy import BigInteger, Column, DateTime, Integer, Table, Text

from indicators.schema import metadata

applied_partitions = Table(
    "applied_partitions",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("next_offset", BigInteger, nullable=False),
    # everything published before this instant is included
    Column("included_until", DateTime(timezone=True), nullable=False),
    postgresql_with={"fillfactor": 50},
)
