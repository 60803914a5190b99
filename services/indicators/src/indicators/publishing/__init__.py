"""Publications (发布): tables of a frozen snapshot, protected by grouping, released by a second person, open to all."""
