"""疑点与核查: what is doubted of registrations, who looks at it, and what was found."""
