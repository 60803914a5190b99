"""What each area of the service brings."""

from common.contracts import fair
from common.outbox import raising
from common.service_process import Area
from example.fairs.routes import router as fair_routes
from example.fairs.tables import fairs

AREAS = (
    Area(
        tables=[fairs.main, fairs.versions, fairs.streams],
        routes=[fair_routes],
        streams={fair.TOPIC: raising(fairs.streams)},
    ),
)
