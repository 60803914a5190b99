"""The embedded PostgreSQL touches nothing that is not ours, and a start that failed leaves no half cluster."""

import pwd
import shutil
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from quxiang.state import State
from servers.child import Child
from servers.ports import free_port
from servers.postgres import Postgres, data_folder, shared_folder, unprivileged_user
from servers.problems import StartProblem


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Postgres]:
    made = Postgres(data_folder(tmp_path), tmp_path / "postgres.log", free_port())
    yield made
    shutil.rmtree(made.data)
    if made.data.parent != tmp_path:
        shutil.rmtree(made.data.parent)


async def test_it_runs_under_a_user_without_rights_and_leaves_other_folders_alone(
    cluster: Postgres, tmp_path: Path
) -> None:
    modes = {folder: folder.stat().st_mode for folder in tmp_path.parents}
    users = [entry.pw_name for entry in pwd.getpwall()]
    child = Child(cluster.prepare())
    await child.start()
    await child.until_ready(60)
    assert child.pid is not None
    assert psutil.Process(child.pid).uids().real != 0
    await child.stop(10)
    assert {folder: folder.stat().st_mode for folder in tmp_path.parents} == modes
    assert [entry.pw_name for entry in pwd.getpwall()] == users
    assert Path.home() not in cluster.data.parents or unprivileged_user() is None


async def test_its_log_does_not_quote_what_it_refuses(cluster: Postgres, tmp_path: Path) -> None:
    child = Child(cluster.prepare())
    await child.start()
    await child.until_ready(60)
    connection = await asyncpg.connect(cluster.url)
    await connection.execute("CREATE TABLE numbers (number text PRIMARY KEY)")
    await connection.execute("INSERT INTO numbers VALUES ($1)", "CANARY77001")
    with pytest.raises(asyncpg.UniqueViolationError):
        await connection.execute("INSERT INTO numbers VALUES ($1)", "CANARY77001")
    await connection.close()
    await child.stop(10)
    written = (tmp_path / "postgres.log").read_text()
    assert "duplicate key value" in written
    assert "CANARY77001" not in written


async def test_what_it_acknowledged_is_there_after_a_kill(cluster: Postgres) -> None:
    child = Child(cluster.prepare())
    await child.start()
    await child.until_ready(60)
    connection = await asyncpg.connect(cluster.url)
    await connection.execute("CREATE TABLE kept (id int)")
    await connection.execute("INSERT INTO kept VALUES (1)")
    child.kill()
    await child.exited()
    again = Child(cluster.prepare())
    await again.start()
    await again.until_ready(60)
    connection = await asyncpg.connect(cluster.url)
    assert await connection.fetchval("SELECT count(*) FROM kept") == 1
    await connection.close()
    await again.stop(10)


@pytest.mark.server
def test_a_cluster_whose_keys_were_deleted_is_not_used_again(cluster: Postgres, tmp_path: Path) -> None:
    cluster.prepare()
    assert data_folder(tmp_path).exists()
    for left in tmp_path.iterdir():
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    assert not data_folder(tmp_path).exists()
    cluster.data.mkdir()


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    folder = shared_folder(tmp_path)
    folder.rmdir()
    folder.symlink_to(tmp_path)
    try:
        with pytest.raises(StartProblem, match="belongs to another user"):
            shared_folder(tmp_path)
    finally:
        folder.unlink()


def test_a_full_disk_is_said_before_anything_is_made(tmp_path: Path) -> None:
    state = State(tmp_path)
    state.require_space(tmp_path, needed=1)
    with pytest.raises(StartProblem, match="Free some space"):
        state.require_space(tmp_path, needed=2**62)
