"""Consuming: batches of events, retried, bisected and dead-lettered by the type of the error."""
