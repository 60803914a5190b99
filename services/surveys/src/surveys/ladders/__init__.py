"""Ladders (联系步骤): when and how a wave contacts those whom it asks, step by step."""
