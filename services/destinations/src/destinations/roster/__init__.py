"""The graduates who can be registered: the roster (生源信息) of registry's events, without personal data."""
