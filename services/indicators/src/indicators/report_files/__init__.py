"""Reports as PDF, made in a process of its own."""
