"""`python -m digging operations | watch`."""

from common.service_process import run_service
from digging.app import COMPOSITION

if __name__ == "__main__":
    run_service(COMPOSITION.service)
