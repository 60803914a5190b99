"""What every read of figures shares: its query, the check of the scope, one snapshot, and the stamp on the answer."""
