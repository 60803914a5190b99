"""Contact (联系): steps of a ladder are judged, noted and sent, and people may ask to be left alone."""
