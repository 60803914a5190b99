"""The service, composed of its areas."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from common.http import Waits
from common.service_process import Composition, Runtime
from indicators.areas import AREAS
from indicators.maintenance import COMMANDS
from indicators.progress.tokens import included_of
from indicators.reading.snapshot import Figures
from indicators.responses.wire.kept import KeptResponses
from indicators.schema import CODE_ENTRIES, metadata
from indicators.settings import Settings
from indicators.stream.announcements import Announcer
from indicators.tracking.wire.kept import KeptBodies


def _state(runtime: Runtime) -> Mapping[str, object]:
    figures = Figures(runtime.database, runtime.settings.partitions)
    return {
        "figures": figures,
        "kept_responses": KeptResponses(figures),
        "announcer": Announcer(runtime.database),
        "kept_bodies": KeptBodies(),
        "waits": Waits(partial(included_of, runtime.database)),
    }


COMPOSITION = Composition(
    name="indicators",
    title="Quxiang indicators",
    description="The official rates, live and as of every past day.",
    settings=Settings,
    metadata=metadata,
    areas=AREAS,
    feed=None,
    state=_state,
    commands=COMMANDS,
    code_entries=CODE_ENTRIES,
    document=Path(__file__).with_name("openapi.json"),
)
create_app = COMPOSITION.create_app
