"""Publications and the tables that they may have; pure."""
