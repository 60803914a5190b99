"""The service, composed of its areas."""

from collections.abc import Mapping

from common.service_process import Composition, Runtime
from surveys.areas import AREAS
from surveys.schema import metadata
from surveys.settings import Settings


def _state(runtime: Runtime) -> Mapping[str, str]:
    settings: Settings = runtime.settings
    return {"public_url": settings.public_url or f"http://{settings.host}:{settings.port}"}


COMPOSITION = Composition(
    name="surveys",
    title="Quxiang surveys",
    description="Tracking surveys of graduates: questionnaires, waves, personal links, answers.",
    settings=Settings,
    metadata=metadata,
    areas=AREAS,
    state=_state,
)
create_app = COMPOSITION.create_app
