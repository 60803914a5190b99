"""Answers from files (答卷导入): a row for each person, a column for each variable."""
