"""Reconciliations (比对): what came back of a filing, row by row and field by field, and who was believed."""
