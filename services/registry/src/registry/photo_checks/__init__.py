"""What a photo of a graduate must be, and the process that looks at one."""
