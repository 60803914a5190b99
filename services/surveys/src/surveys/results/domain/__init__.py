"""What results are made of; pure."""
