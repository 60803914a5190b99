"""The service, composed of its areas."""

from common.service_process import Composition
from indicators.areas import AREAS
from indicators.maintenance import COMMANDS
from indicators.reading.snapshot import Figures
from indicators.schema import metadata
from indicators.settings import Settings

COMPOSITION = Composition(
    name="indicators",
    title="Quxiang indicators",
    description="The official rates, live and as of every past day.",
    settings=Settings,
    metadata=metadata,
    areas=AREAS,
    feed=None,
    keyring=False,
    state=lambda runtime: {"figures": Figures(runtime.database, runtime.settings.partitions)},
    commands=COMMANDS,
)
create_app = COMPOSITION.create_app
