"""Forms and cookies that come in, and pages that go out."""
