"""What an export holds, what is kept out of it, and who may have it. Pure."""
