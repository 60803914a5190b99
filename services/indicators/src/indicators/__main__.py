"""Commands of the service: api, worker, all, migrate, replay, replay-dead-letters, verify, rebuild."""

from common.service_process import Service, run_service
from indicators.app import create_app
from indicators.maintenance import COMMANDS
from indicators.settings import Settings
from indicators.subscriptions import GROUP, TOPICS
from indicators.worker import background

SERVICE = Service(
    name="indicators",
    settings=Settings,
    create_app=create_app,
    background=background,
    subscriptions={GROUP: TOPICS},
    commands=COMMANDS,
)

if __name__ == "__main__":
    run_service(SERVICE)
