"""Commands of the service: `python -m registry api | worker | all | migrate | replay`."""

from common.importing import sparing

with sparing():
    from common.service_process import run_service
    from registry.app import COMPOSITION

if __name__ == "__main__":
    run_service(COMPOSITION.service)
