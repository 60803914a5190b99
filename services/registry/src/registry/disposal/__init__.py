"""What becomes of that whose retention has ended."""
