"""The graduates who can be registered: the roster (生源信息) as registry's events describe it, without personal data."""
