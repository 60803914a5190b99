"""What the routes of exports take and answer: requests, and codebooks."""
