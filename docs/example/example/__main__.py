"""Commands of the service: `python -m example api | worker | all | migrate | replay`."""

from common.service_process import run_service
from example.app import COMPOSITION

if __name__ == "__main__":
    run_service(COMPOSITION.service)
