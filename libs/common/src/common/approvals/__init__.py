"""Requests that take two people: one asks, another one approves or refuses.

`domain` holds the states and who may do what, `deadlines` the day on which a decision is due, `table` the columns and
what the database holds, `storage` SQL, `wire` bodies and filters, `answering` what routes answer. What is asked for
belongs to the area: it adds its columns to those of `table` and its fields to the models of `wire`.
"""
