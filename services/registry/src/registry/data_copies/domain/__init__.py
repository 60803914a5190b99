"""A data copy: who may have it and for how long, and the page that people read. Pure."""
