"""Import of the ledger of a round from a spreadsheet."""
