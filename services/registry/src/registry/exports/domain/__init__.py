"""What an export holds, and who may have it. Pure."""
