"""Rules of the ledger, of self-check reports and of samples. Pure."""
