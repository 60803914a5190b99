"""What must be in PostgreSQL and Kafka before a service starts: databases with their two roles, and topics."""

import hashlib
import importlib.util
from pathlib import Path

import asyncpg

from common.contracts.catalogue import SUBSCRIPTIONS
from common.kafka import ensure_topics
from common.settings import ServiceSettings
from quxiang.addresses import PORTS
from quxiang.services import Surroundings


async def ensure_databases(admin_url: str) -> set[str]:
    """Creates what is missing, per service an owner role, an application role and a database; returns the new ones."""
    created = set()
    admin = await asyncpg.connect(admin_url, timeout=10)
    try:
        for service in PORTS:
            for role in (f"{service}_owner", f"{service}_app"):
                if not await admin.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role):
                    await admin.execute(f"CREATE ROLE {role} LOGIN")
            # of all sessions of its database: what is settled, digests of changes know from them
            await admin.execute(f"GRANT pg_read_all_stats TO {service}_app")
            if not await admin.fetchval("SELECT true FROM pg_database WHERE datname = $1", service):
                await admin.execute(f"CREATE DATABASE {service} OWNER {service}_owner")
                await admin.execute(f"REVOKE ALL ON DATABASE {service} FROM PUBLIC")
                created.add(service)
            await admin.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {service} TO {service}_app")
    finally:
        await admin.close()
    return created


async def ensure_all_topics(surroundings: Surroundings) -> None:
    """Creates the topics of the contract and the dead letters of every consumer group, where missing."""
    settings = ServiceSettings(
        service="launcher",
        database_url=surroundings.database_url("registry", "app"),
        kafka=surroundings.kafka,
        clock=None,
    )
    await ensure_topics(settings, groups=SUBSCRIPTIONS)


def fingerprint(*packages: str) -> str:
    """A short text that changes with any source file of the packages."""
    digest = hashlib.sha256()
    for package in packages:
        found = importlib.util.find_spec(package)
        folder = Path(found.origin).parent if found and found.origin else Path()
        for path in sorted(folder.rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
