"""Tests of every member may use the fixtures of `common.testing`."""

pytest_plugins = ["common.testing.plugin"]
