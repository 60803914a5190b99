"""What the routes of checks take and answer."""
