"""就业监测: the calendar of cut-offs, and the reports of what was known at each of them."""
