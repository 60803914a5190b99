"""Tracking figures as callers see them: answers, files and portraits."""
