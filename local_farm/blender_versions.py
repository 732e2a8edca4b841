# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Blenders the farm has, which Blender wrote a file, and which of ours may open it."""

import gzip
import re
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import zstandard

Version = tuple[int, int]

ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
GZIP_MAGIC = b"\x1f\x8b"
# "BLENDER-v402" up to 4.5; "BLENDER17-01v0502" (size of the header, "-", format, byte order, version) from 5.0 on.
OLD_HEADER = re.compile(rb"BLENDER[-_][vV](\d)(\d\d)")
NEW_HEADER = re.compile(rb"BLENDER\d\d-\d\d[vV](\d\d)(\d\d)")
CHECK_SECONDS = 60


class NoBlender(Exception):
    """There is no Blender as it was asked for; the text says which and why."""


@dataclass(frozen=True)
class Blender:
    """One Blender: its version (major, minor), its executable, and whether that is a Python with the bpy module."""

    version: Version
    executable: Path
    is_module: bool

    def command(self, script: Path, arguments: Sequence[str]) -> list[str]:
        """Give the command line that runs `script` in it: factory settings, no scripts of the file, no network."""
        if self.is_module:
            return [str(self.executable), "-I", str(script), "--", *arguments]
        options = ["--background", "--factory-startup", "--disable-autoexec", "--offline-mode"]
        return [str(self.executable), *options, "--python-exit-code", "1", "--python", str(script), "--", *arguments]


def find_blenders(entries: Iterable[str]) -> list[Blender]:
    """Turn `VERSION=EXECUTABLE` entries into Blenders, oldest first. Raises NoBlender for one that is not there."""
    blenders = [_find_blender(entry) for entry in entries]
    if not blenders:
        raise NoBlender(
            "no Blender given: add --blender VERSION=EXECUTABLE, such as --blender 5.2=/opt/blender/blender"
        )
    return sorted(blenders, key=lambda blender: blender.version)


def choose_blender(blenders: Iterable[Blender], version: Version) -> Blender:
    """Give the oldest Blender that is not older than the file's version. Raises NoBlender when there is none."""
    fitting = [blender for blender in blenders if blender.version >= version]
    if not fitting:
        raise NoBlender(f"The file was saved by Blender {version[0]}.{version[1]}, and this farm has none that new")
    return min(fitting, key=lambda blender: blender.version)


def file_version(path: Path) -> Version | None:
    """Read from a .blend's header which Blender wrote it; None when it is no .blend. Compressed or not."""
    try:
        head = _head(path)
    except (OSError, EOFError, zstandard.ZstdError):
        return None
    if match := NEW_HEADER.match(head) or OLD_HEADER.match(head):
        return int(match[1]), int(match[2])
    return None


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        magic = file.read(4)
        file.seek(0)
        if magic == ZSTD_MAGIC:
            with zstandard.ZstdDecompressor().stream_reader(file) as unpacked:
                return bytes(unpacked.read(32))
        if magic.startswith(GZIP_MAGIC):  # before Blender 3.0
            with gzip.open(file) as unpacked_old:
                return bytes(unpacked_old.read(32))
        return file.read(32)


def _find_blender(entry: str) -> Blender:
    name, _, executable = entry.partition("=")
    match = re.fullmatch(r"(\d+)\.(\d+)", name)
    if not match or not executable:
        raise NoBlender(f"--blender {entry}: expected VERSION=EXECUTABLE, such as 5.2=/opt/blender/blender")
    version = int(match[1]), int(match[2])
    says = _output([executable, "--version"], entry)
    is_module = says.startswith("Python ")
    if is_module:
        # The module's own start takes a second or two; the version of its package says enough.
        says = _output([executable, "-I", "-c", _MODULE_VERSION], entry)
    found = re.search(r"Blender (\d+)\.(\d+)", says)
    if not found:
        raise NoBlender(f"--blender {entry}: {'it has no bpy module' if is_module else 'this is not Blender'}")
    if (int(found[1]), int(found[2])) != version:
        raise NoBlender(f"--blender {entry}: this is Blender {found[1]}.{found[2]}")
    # Not resolved: the link in a virtual environment is what makes Python use that environment.
    return Blender(version, Path(executable).absolute(), is_module)


_MODULE_VERSION = """
import importlib.metadata, importlib.util
if importlib.util.find_spec("bpy"):
    print("Blender", importlib.metadata.version("bpy"))
"""


def _output(command: list[str], entry: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=CHECK_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoBlender(f"--blender {entry}: {error}") from error
    return done.stdout
