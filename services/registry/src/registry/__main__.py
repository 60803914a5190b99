"""Commands of the service: `python -m registry api | worker | all | migrate | replay`."""

from common.service_process import Service, run_service
from registry.app import create_app
from registry.settings import Settings
from registry.worker import background

SERVICE = Service(name="registry", settings=Settings, create_app=create_app, background=background)

if __name__ == "__main__":
    run_service(SERVICE)
