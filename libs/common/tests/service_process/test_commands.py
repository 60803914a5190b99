"""What the commands end with."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from common.contracts.envelope import StoredEvent
from common.contracts.registration import DECIDED, TOPIC
from common.relay.recovering import Recovered
from common.service_process.commands import report

EVENT = StoredEvent(
    uuid4(), TOPIC, str(uuid4()), 1, DECIDED, "10001", None, datetime(2024, 6, 20, tzinfo=UTC), 1, "{}", None, None
)


@pytest.mark.parametrize(
    ("recovered", "code"),
    [(None, 0), (Recovered([], [], []), 0), (Recovered([EVENT], [], []), 0), (Recovered([EVENT], [EVENT], []), 1)],
)
def test_a_recovery_that_leaves_an_event_out_is_a_failure(recovered: Recovered | None, code: int) -> None:
    assert report(recovered) == code
