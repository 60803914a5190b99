"""The outbox read over HTTP: the change feed for those without Kafka, digests of it, and the schemas of events."""

from common.change_feed.digest_routes import digests_router
from common.change_feed.routes import changes_router, schemas_router

__all__ = ["changes_router", "digests_router", "schemas_router"]
