"""What is still to be done about registrations: disputes (争议) and the tasks that they make."""
