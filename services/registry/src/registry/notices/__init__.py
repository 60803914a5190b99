"""Notices (通知): what a graduate is told of, without saying what it was."""
