"""Responses (答卷): pages saved with a personal link, the submitted answer, and its withdrawal."""
