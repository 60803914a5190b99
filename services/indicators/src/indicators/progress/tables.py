"""Up to which instant everything published is included, per partition."""

from sqlalchemy import BigInteger, Column, DateTime, Integer, Table, Text

from indicators.schema import metadata

applied_partitions = Table(
    "applied_partitions",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("partition", Integer, primary_key=True),
    # not written any more; dropped when the image that writes it is gone
    Column("next_offset", BigInteger),
    # everything published before this instant is included
    Column("included_until", DateTime(timezone=True), nullable=False),
    postgresql_with={"fillfactor": 50},
)
