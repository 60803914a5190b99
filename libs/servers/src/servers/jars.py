"""The jars of Apache Kafka: resolved by Maven coordinates, and every one checked against the committed lock."""

import fcntl
import hashlib
import os
import tempfile
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from servers.problems import StartProblem

COORDINATES = "org.apache.kafka:kafka_2.13:4.4.0"
LOCK = "kafka.lock.toml"


@dataclass(frozen=True)
class Jar:
    """One locked jar."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def name(self) -> str:
        """The file name."""
        return f"{self.artifact}-{self.version}.jar"

    def path(self, repository: Path) -> Path:
        """Where a Maven repository keeps it."""
        return repository.joinpath(*self.group.split("."), self.artifact, self.version, self.name)


def kafka_classpath() -> list[Path]:
    """The checked jars, downloading them only when one is missing."""
    locked = locked_jars()
    repository = maven_repository()
    if not _complete(locked, repository):
        repository.mkdir(parents=True, exist_ok=True)
        # one process at a time fills the repository: two would meet each other's half-written files
        with (repository / ".quxiang-lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not _complete(locked, repository):
                check_names(locked, _download(repository))
    return checked(locked, repository)


def _complete(locked: Iterable[Jar], repository: Path) -> bool:
    return all(jar.path(repository).exists() for jar in locked)


def locked_jars(text: str | None = None) -> list[Jar]:
    """Reads the lock."""
    if text is None:
        text = resources.files("servers").joinpath(LOCK).read_text()
    return [Jar(**entry) for entry in tomllib.loads(text)["jar"]]


def maven_repository() -> Path:
    """The folder that keeps jars between runs: M2_REPO, else the usual one, else one in the working tree."""
    if given := os.environ.get("M2_REPO"):
        return Path(given)
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 (Path.home() fails without a home)
    usual = home / ".m2" / "repository"
    nearest = next(folder for folder in (usual, *usual.parents) if folder.exists())
    if home.is_absolute() and nearest != Path("/") and os.access(nearest, os.W_OK):
        return usual
    return Path.cwd() / ".tools" / "m2"


def check_names(locked: Iterable[Jar], resolved: Iterable[str]) -> None:
    """Refuses a resolution that is not exactly the locked set."""
    wanted, given = {jar.name for jar in locked}, set(resolved)
    if wanted != given:
        raise StartProblem(
            f"The jars resolved for {COORDINATES} are not those of {LOCK}: "
            f"missing {sorted(wanted - given)}, unexpected {sorted(given - wanted)}. Nothing was started."
        )


def checked(locked: Iterable[Jar], repository: Path) -> list[Path]:
    """The paths of all locked jars; one with other content than the lock's is refused."""
    paths = []
    for jar in locked:
        path = jar.path(repository)
        if not path.exists():
            raise StartProblem(f"{path} is missing after the download. Check the network, then start again.")
        if hashlib.sha256(path.read_bytes()).hexdigest() != jar.sha256:
            raise StartProblem(
                f"{path} differs from {LOCK} (SHA-256). Nothing was started. "
                "If the file is damaged, delete it and start again; if it is not, do not trust it."
            )
        paths.append(path)
    return paths


def _download(repository: Path) -> list[str]:
    try:
        import jgo
    except ImportError:
        raise StartProblem("The package jgo is not installed. Run `make install`, then start again.") from None
    os.environ["M2_REPO"] = str(repository)
    try:
        with tempfile.TemporaryDirectory() as scratch:
            return [path.name for path in jgo.build(COORDINATES, cache_dir=Path(scratch)).all_jars]
    except Exception as error:  # (jgo has no common error type; any of them means the same to the person)
        raise StartProblem(
            f"The jars of Apache Kafka could not be fetched ({type(error).__name__}: {error}). "
            "Check the network, then start again; "
            f"or set QUXIANG_KAFKA to the address of a running Kafka. Jars are kept in {repository}."
        ) from error
