"""The outbox read over HTTP: the change feed for those without Kafka, and the schemas that events name."""

from common.change_feed.routes import changes_router, schemas_router

__all__ = ["changes_router", "schemas_router"]
