"""Who can be registered: the roster (生源信息) as far as registry's events tell it, without any personal data."""
