"""Questionnaires (问卷): drafts, the checks before publishing, and published versions that never change."""
