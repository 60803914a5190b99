"""Population changes for the graduates of a file, one request per thousand rows."""
