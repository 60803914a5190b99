"""Entries (入口): the ways to one's own link beside a message: with an account, or by number and name."""
