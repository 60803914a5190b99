"""The formats of figures beside JSON: every table of figures is a list of observations, and one writer per format."""
