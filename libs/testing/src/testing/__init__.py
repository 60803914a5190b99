"""What tests need: real servers, databases, tokens, recorded events, waiting with a deadline. For tests only."""
