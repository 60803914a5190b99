"""The service's metadata with the tables every service has; the areas add theirs."""

from common.accesses import accesses_table
from common.audit import audit_table
from common.consuming import dead_letter_table
from common.consuming.applied import consumed_table
from common.database import new_metadata
from common.once import idempotency_table
from common.operations.tables import operation_tables
from common.outbox import outbox_tables

metadata = new_metadata()

outbox_tables(metadata)
audit_table(metadata)
accesses_table(metadata)
dead_letter_table(metadata)
operation_tables(metadata)
idempotency_table(metadata)
consumed_table(metadata)
