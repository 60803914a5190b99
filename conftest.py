"""Tests of every member may use the fixtures of `testing`; timing never decides a generated one."""

from hypothesis import HealthCheck, settings

pytest_plugins = ["testing.plugin"]

settings.register_profile("quxiang", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", settings.get_profile("quxiang"), max_examples=10)
settings.load_profile("quxiang")
