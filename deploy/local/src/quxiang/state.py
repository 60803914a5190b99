"""The folder that holds everything of a local stack between two runs, and the lock that gives it one owner."""

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from servers.problems import StartProblem
from servers.processes import PidFile

_NEEDED_BYTES = 500 * 1024 * 1024


def workspace_root() -> Path:
    """The folder of the repository this code lies in."""
    here = Path(__file__).resolve()
    return next((folder for folder in here.parents if (folder / "uv.lock").exists()), Path.cwd())


@dataclass(frozen=True)
class State:
    """Paths below the state folder."""

    folder: Path

    @classmethod
    def of_workspace(cls) -> "State":
        """The state folder of this repository, or the one that QUXIANG_STATE names."""
        given = os.environ.get("QUXIANG_STATE")
        return cls(Path(given).absolute() if given else workspace_root() / ".quxiang")

    @property
    def run_file(self) -> Path:
        """Where other programs find the running stack."""
        return self.folder / "run.json"

    @property
    def keys(self) -> Path:
        """Keys and tokens, readable by their owner only."""
        return self.folder / "keys"

    @property
    def objects(self) -> Path:
        """Files that services store, encrypted."""
        return self.folder / "objects"

    def log(self, name: str) -> Path:
        """The log of one program."""
        return self.folder / "logs" / f"{name}.log"

    def pid_file(self, name: str) -> PidFile:
        """The pid file of one program."""
        return PidFile(self.folder / "pids" / f"{name}.pid")

    def pid_files(self) -> list[PidFile]:
        """The pid files that there are."""
        return [PidFile(path) for path in sorted((self.folder / "pids").glob("*.pid"))]

    def create(self) -> None:
        """Makes the folders; a full or unwritable disk is said here, before anything is half made."""
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            for part in ("logs", "pids", "keys"):
                (self.folder / part).mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise StartProblem(
                f"{self.folder} cannot be written ({error.strerror}). Make room or give rights."
            ) from error

    def require_space(self, folder: Path, needed: int = _NEEDED_BYTES) -> None:
        """Refuses to start a database on a disk that is as good as full."""
        free = shutil.disk_usage(folder).free
        if free < needed:
            raise StartProblem(
                f"Only {free // 2**20} MB are free on the disk of {folder}; at least {needed // 2**20} MB are "
                "needed. Free some space, then start again."
            )

    @contextmanager
    def owned(self) -> Iterator[None]:
        """Holds the folder for one launcher; the system frees the lock of a launcher that was killed."""
        with (self.folder / "lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                raise StartProblem(
                    f"Another launcher (process {lock.read().strip() or 'unknown'}) already runs this stack. "
                    "Stop it with Ctrl-C or `kill`, then start again."
                ) from None
            lock.truncate(0)
            lock.write(f"{os.getpid()}\n")
            lock.flush()
            yield

    def remember(self, name: str, values: Mapping[str, object]) -> None:
        """Writes a small JSON file in one step, so that a reader never sees half of it."""
        write_atomically(self.folder / name, json.dumps(values, ensure_ascii=False, indent=2) + "\n")

    def recall(self, name: str) -> dict[str, object]:
        """Reads it again; a missing or damaged one is empty."""
        with contextlib.suppress(OSError, ValueError):
            found = json.loads((self.folder / name).read_text())
            return found if isinstance(found, dict) else {}
        return {}


def write_atomically(path: Path, text: str) -> None:
    """Replaces a file by a complete new one that only its owner can read."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    unfinished.replace(path)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Waits for one's turn at something that two programs may make at the same time."""
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
