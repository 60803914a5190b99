"""Review of many registrations: bulk decisions (批量审核), sealed first, looked at, then applied."""
