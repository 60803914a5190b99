"""The service, composed of its areas."""

from common.service_process import Composition
from example.areas import AREAS
from example.schema import metadata
from example.settings import Settings

COMPOSITION = Composition(
    name="example",
    title="Quxiang example",
    description="What a small service looks like.",
    settings=Settings,
    metadata=metadata,
    areas=AREAS,
)
create_app = COMPOSITION.create_app
