"""What was answered in SQL: values as ciphertexts, files beside the database."""

from surveys.answers.storage.values import (
    Values,
    drafts_of,
    effective_values,
    keep_all,
    keep_submitted,
    pages_of,
    save_page,
    submissions_of,
    values_of,
)

__all__ = [
    "Values",
    "drafts_of",
    "effective_values",
    "keep_all",
    "keep_submitted",
    "pages_of",
    "save_page",
    "submissions_of",
    "values_of",
]
