"""Which groups of people may be shown, so that no smaller set follows by sums and differences of all ever shown.

`editions` says what is judged, `judging` does it. `judging` imports numpy: a service imports it in the child process or
in the thread that judges, and nowhere else.
"""
