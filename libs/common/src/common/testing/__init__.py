"""What tests need: real servers, databases, tokens, an event recorder, waiting with a deadline. Only tests import it."""
