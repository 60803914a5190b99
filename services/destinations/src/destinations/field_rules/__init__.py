"""What a destination asks of the fields of a registration (填报规则): data by code and cohort, and its route."""
