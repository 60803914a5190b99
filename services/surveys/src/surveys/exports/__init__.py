"""Answers of a wave as a file with its codebook: de-identified for managers, with the person by two people."""
