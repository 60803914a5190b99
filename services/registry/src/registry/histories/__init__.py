"""The history of an entry: what each version changed, and where each value comes from."""
