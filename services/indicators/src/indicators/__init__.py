"""The official rates, live and for every past day."""
