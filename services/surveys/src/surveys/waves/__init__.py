"""Waves (跟踪调查轮次): who is asked what and when, and the personal links."""
