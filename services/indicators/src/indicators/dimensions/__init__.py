"""What figures can be grouped and filtered by, as documents."""
