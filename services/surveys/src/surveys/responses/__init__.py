"""Responses (答卷): that a graduate answered and how completely, for those with an account, and the withdrawal."""
