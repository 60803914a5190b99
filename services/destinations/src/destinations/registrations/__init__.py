"""Registrations of graduates' destinations (毕业去向登记): their content, their review, their history."""
