"""Tables of shared entries: what is asked for there is sealed, and goes once it is answered."""

from sqlalchemy import ARRAY, Column, DateTime, ForeignKey, LargeBinary, Table, Text, Uuid

from common.database import instant_column, uuid_key
from surveys.schema import metadata

entry_requests = Table(
    "entry_requests",
    metadata,
    uuid_key(),
    Column("wave_id", Uuid, ForeignKey("waves.id"), nullable=False),
    Column("school_code", Text, nullable=False),
    Column("language", Text, nullable=False),
    # the number and the name that were typed
    Column("named_ciphertext", LargeBinary, nullable=False),
    instant_column("created_at"),
)

entry_tries = Table(
    "entry_tries",
    metadata,
    # of the school's code and the number
    Column("number_index", LargeBinary, primary_key=True),
    Column("school_code", Text, nullable=False),
    # within the hour that ends with the newest
    Column("tried_at", ARRAY(DateTime(timezone=True)), nullable=False),
)
