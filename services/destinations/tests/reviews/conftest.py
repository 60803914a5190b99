"""The bulk decisions of a test."""

import pytest
from bulk import Bulk

from common.operations import OperationRunner


@pytest.fixture
def bulk(runner: OperationRunner) -> Bulk:
    return Bulk(runner)
