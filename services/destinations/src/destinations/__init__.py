"""Registration of each graduate's destination."""
