"""One stack on servers of its own for the files of this folder: the shared ones must not be killed."""

from collections.abc import AsyncIterator

import pytest

from testing.brokers import Broker, own_broker
from testing.clusters import Cluster, own_cluster
from testing.shared_servers import DATABASE_VARIABLE, KAFKA_VARIABLE
from testing.stack import Stack, running_stack


@pytest.fixture(scope="package")
async def cluster() -> AsyncIterator[Cluster]:
    async with own_cluster() as running:
        yield running


@pytest.fixture(scope="package")
async def broker(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Broker]:
    async with own_broker(tmp_path_factory.mktemp("broker")) as running:
        yield running


@pytest.fixture(scope="package")
async def stack(cluster: Cluster, broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(DATABASE_VARIABLE, cluster.url)
        patch.setenv(KAFKA_VARIABLE, broker.address)
        async with running_stack(tmp_path_factory.mktemp("stack")) as running:
            yield running
