"""Sends the outbox: numbers committed events, sends them in that order, and sends them again on demand."""
