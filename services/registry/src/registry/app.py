"""The service, composed of its areas."""

from common.service_process import Composition
from registry.areas import AREAS
from registry.codes.storage import CODE_ENTRIES
from registry.maintenance import COMMANDS
from registry.organisation.storage import OWNERS_OF_EVENTS
from registry.schema import metadata
from registry.settings import Settings

COMPOSITION = Composition(
    name="registry",
    title="Quxiang registry",
    description="Schools with their units, the roster of their graduates, code lists and rules.",
    settings=Settings,
    metadata=metadata,
    areas=AREAS,
    feed=OWNERS_OF_EVENTS,
    commands=COMMANDS,
    code_entries=CODE_ENTRIES,
)
create_app = COMPOSITION.create_app
