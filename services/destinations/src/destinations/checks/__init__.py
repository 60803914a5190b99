"""Checks (核查): the ledger of a round, the signed report of a college, and samples that anybody can draw again."""
