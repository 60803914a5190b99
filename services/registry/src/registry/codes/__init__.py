"""Code lists and rules over HTTP."""
