"""Import of photos: one ZIP file, each photo named by a number of its graduate."""
