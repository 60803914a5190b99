"""Commands of the service: api, worker, all, migrate, replay, verify, rebuild and others."""

from common.importing import sparing

with sparing():
    from common.service_process import run_service
    from indicators.app import COMPOSITION

if __name__ == "__main__":
    run_service(COMPOSITION.service)
