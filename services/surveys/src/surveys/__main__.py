"""Commands of the service: `python -m surveys api | worker | all | migrate | replay | …`."""

from common.contracts.catalogue import SUBSCRIPTIONS
from common.service_process import Service, run_service
from surveys.app import create_app
from surveys.settings import Settings
from surveys.worker import ROSTER_GROUP, background

if __name__ == "__main__":
    run_service(
        Service(
            name="surveys",
            settings=Settings,
            create_app=create_app,
            background=background,
            subscriptions={ROSTER_GROUP: SUBSCRIPTIONS[ROSTER_GROUP]},
        )
    )
