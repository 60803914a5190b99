"""Reference tables (参考数据): facts of the field that change from year to year, as rows that administrators upload.

`definition` says what a table is and reads its rows, `working_days` and `minimum_wages` are two of them with their pure
functions, `table` and `storage` keep the versions, `routes` shows and replaces them. What a release ships is version 0.
"""
