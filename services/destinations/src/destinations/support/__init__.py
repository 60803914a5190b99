"""Support plans (一人一策): what is done so that a graduate finds a destination."""
