"""Writing exports as long work: the answers of one moment, part by part."""

from surveys.exports.operations.making import delete_overdue, make_export

__all__ = ["delete_overdue", "make_export"]
