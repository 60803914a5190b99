"""What a publication (发布) shows of a snapshot: grouped so that nothing small follows, and never altered."""
