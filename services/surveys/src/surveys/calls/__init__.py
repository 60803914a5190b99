"""Telephone (电话访问): interviewers call who has not answered, one case at a time."""
