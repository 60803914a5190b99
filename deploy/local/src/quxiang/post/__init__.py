"""What takes the place of the world outside on a local stack: a mail relay and a gateway that keep what arrives."""
