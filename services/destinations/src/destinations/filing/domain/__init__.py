"""What filings are, and who is in their files: pure."""
