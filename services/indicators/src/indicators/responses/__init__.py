"""Response rates of the tracking surveys."""
