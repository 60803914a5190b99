"""An example service, of which one area is shown."""
