"""The worker's part of contact: what is due is noted, sent, and what became of it is kept."""

from surveys.contact.operations.rounds import SECONDS, contact_due

__all__ = ["SECONDS", "contact_due"]
