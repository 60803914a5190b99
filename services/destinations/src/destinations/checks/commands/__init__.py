"""Acts of checks: on the ledger, on reports and on samples."""
