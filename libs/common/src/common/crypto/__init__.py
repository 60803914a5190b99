"""Field encryption, blind indexes and the key ring."""
