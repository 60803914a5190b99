"""Who counts in the population N and who does not, by two people (人数变更)."""
