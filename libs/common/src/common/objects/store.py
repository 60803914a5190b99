"""Where ciphertext lies: a folder, or a bucket of an S3-compatible store, by one address.

`file:///var/lib/quxiang`, `s3://bucket/prefix?endpoint=https://minio.example.edu&region=cn-north-1`; the credentials of
S3 come from the environment by their usual names. Each service has a folder of its own in it.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import UUID

from common.errors import Message, PermanentError, Unavailable
from common.observability import exception_summary, histogram, logger

if TYPE_CHECKING:
    from obstore.store import ObjectStore, S3Config

SECONDS = 10.0
"""Bound of one call: less than a transaction may be idle."""

READY_SECONDS = 2.0

_CREDENTIALS = (
    ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
    ("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN"),
    ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",),
    ("AWS_CONTAINER_CREDENTIALS_FULL_URI",),
)
_RETRIES = 2

Result = TypeVar("Result")

_log = logger(__name__)
_seconds = histogram("objects_seconds", "Calls of the object storage by end", ("call", "end"))


class ObjectAddressWrong(PermanentError):
    """The process cannot store files at this address."""

    code = "object_address_wrong"

    def __init__(self, why: str) -> None:
        super().__init__()
        self.args = (f"QUXIANG_OBJECTS: {why}",)


class ObjectsUnavailable(Unavailable):
    """The object storage does not answer, or lacks what it was given."""

    code = "objects_unavailable"
    title = Message("文件存储暂时不可用，请稍后重试", "The file storage does not answer; try again")


@dataclass(frozen=True)
class Store:
    """Bytes under names. `folder` is where they lie on this machine, None in a bucket. `opened` is asked once."""

    opened: Callable[[], "ObjectStore"]
    folder: Path | None

    @cached_property
    def backend(self) -> "ObjectStore":
        """What obstore calls with; a process that handles no file never loads it for a folder."""
        return self.opened()

    async def put(self, name: UUID, content: bytes) -> None:
        """Writes all of the content or nothing; raises ObjectsUnavailable."""
        await _called("put", partial(self._put, _place(name), content))

    async def get(self, name: UUID) -> bytes | None:
        """The content, None if there is none; raises ObjectsUnavailable."""
        return await _called("get", partial(self._get, _place(name)))

    async def delete(self, name: UUID) -> None:
        """Deletes the content, if there is any, and what a killed process left of it; raises ObjectsUnavailable."""
        await _called("delete", partial(self._delete, _place(name)))

    async def not_ready(self) -> str | None:
        """For `/readyz`."""
        try:
            async with asyncio.timeout(READY_SECONDS):
                await (self._get("ready") if self.folder is None else asyncio.to_thread(_look_into, self.folder))
        except Exception:
            return "object storage does not answer"
        return None

    async def _put(self, place: str, content: bytes) -> None:
        # in parts it would leave some of them behind when it is broken off
        await self.backend.put_async(place, content, use_multipart=False)
        if self.folder is not None:
            await asyncio.to_thread(_flush, self.folder / place)

    async def _get(self, place: str) -> bytes | None:
        try:
            found = await self.backend.get_async(place)
            return bytes(await found.bytes_async())
        except FileNotFoundError:
            return None

    async def _delete(self, place: str) -> None:
        with suppress(FileNotFoundError):
            await self.backend.delete_async(place)
        if self.folder is not None:
            await asyncio.to_thread(_remove_unfinished, self.folder / place)


def open_store(address: str, service: str) -> Store:
    """The store of a service at an address; connects to nothing. Raises ObjectAddressWrong."""
    parts = urlsplit(address)
    if parts.username or parts.password:
        raise ObjectAddressWrong("no credentials in the address; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
    if parts.scheme == "file":
        return _in_folder(Path(unquote(parts.path)) / service, parts.netloc)
    if parts.scheme == "s3":
        prefix = "/".join([*filter(None, unquote(parts.path).split("/")), service])
        return _in_bucket(parts.netloc, prefix, dict(parse_qsl(parts.query)))
    raise ObjectAddressWrong("begins with file:/// or s3://")


def _in_folder(folder: Path, host: str) -> Store:
    if host or not folder.is_absolute() or len(folder.parts) < 3:
        raise ObjectAddressWrong("name the whole path of a folder: file:///var/lib/quxiang")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ObjectAddressWrong(f"the folder cannot be made ({type(error).__name__})") from None
    return Store(partial(_local, folder), folder)


def _local(folder: Path) -> "ObjectStore":
    # importing it takes 9 MB, which only processes that handle files shall spend
    from obstore.store import LocalStore

    return LocalStore(folder)


def _in_bucket(bucket: str, prefix: str, options: dict[str, str]) -> Store:
    from obstore.store import S3Store

    if not bucket or not options.keys() <= {"endpoint", "region"}:
        raise ObjectAddressWrong("s3://bucket/prefix?endpoint=https://…&region=…")
    if not any(all(map(os.environ.get, names)) for names in _CREDENTIALS):
        raise ObjectAddressWrong("credentials are missing; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
    config: S3Config = {}
    if "endpoint" in options:
        config["endpoint"] = options["endpoint"]
    if "region" in options:
        config["region"] = options["region"]
    backend = S3Store(
        bucket,
        prefix=prefix,
        config=config,
        client_options={
            # what is stored is ciphertext
            "allow_http": True,
            "connect_timeout": timedelta(seconds=2),
            "timeout": timedelta(seconds=SECONDS),
        },
        retry_config={"max_retries": _RETRIES, "retry_timeout": timedelta(seconds=SECONDS)},
    )
    return Store(lambda: backend, None)


async def _called(call: str, act: Callable[[], Awaitable[Result]]) -> Result:
    began, end = time.monotonic(), "failed"
    try:
        async with asyncio.timeout(SECONDS):
            result = await act()
        end = "done"
    except Exception as error:
        _log.warning("The object storage failed", call=call, **exception_summary(error))
        raise ObjectsUnavailable from None
    finally:
        _seconds.labels(call, end).observe(time.monotonic() - began)
    return result


def _place(name: UUID) -> str:
    # a folder of a million files is slow to list and to back up
    return f"{name.hex[:2]}/{name.hex}"


def _look_into(folder: Path) -> None:
    """Raises OSError where no file could be read."""
    with suppress(FileNotFoundError):
        (folder / "ready").stat()


def _flush(file: Path) -> None:
    """Makes a file outlive a loss of power: a row that names it is committed next."""
    for path in (file, file.parent, file.parent.parent):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _remove_unfinished(file: Path) -> None:
    """What obstore writes before it gives a file its name: `name#1` and so on."""
    unfinished: Sequence[Path] = list(file.parent.glob(f"{file.name}#*"))
    for each in unfinished:
        each.unlink(missing_ok=True)
