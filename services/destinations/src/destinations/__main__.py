"""Commands of the service: `python -m destinations api | worker | all | migrate | replay | replay-dead-letters`."""

from common.service_process import Service, run_service
from destinations.app import create_app
from destinations.roster.subscriptions import GROUP, TOPICS
from destinations.settings import Settings
from destinations.worker import background

SERVICE = Service(
    name="destinations",
    settings=Settings,
    create_app=create_app,
    background=background,
    subscriptions={GROUP: TOPICS},
)

if __name__ == "__main__":
    run_service(SERVICE)
