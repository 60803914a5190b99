"""What a questionnaire is made of, and the checks it must pass."""
