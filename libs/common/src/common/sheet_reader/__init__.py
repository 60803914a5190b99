"""Opens spreadsheets that strangers made, in a process of its own. Imports nothing of ours, and starts fast."""
