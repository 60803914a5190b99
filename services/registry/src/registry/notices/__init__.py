"""Notices (通知): that something happened to an entry, for its graduate; not what it was."""
