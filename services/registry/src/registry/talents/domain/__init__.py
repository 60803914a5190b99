"""Rules of the talent pool: consents, profiles, contacts. Pure."""
