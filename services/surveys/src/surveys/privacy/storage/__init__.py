"""Privacy statements and receipts of consent in SQL."""
