"""What outside data are. Pure."""
