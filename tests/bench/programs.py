# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs that measure: which Pythons there are, and how one is run and tells what it found."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measuring import CannotMeasure
from server import FRAME_BYTES

HERE = Path(__file__).resolve().parent
MODULE = "bl_ext.user_default.renderjuice"
"""The extension's module once it is installed."""


@dataclass(frozen=True)
class Bench:
    """What measurements work with. `scratch` is a temporary folder, `extension` the unpacked files that ship."""

    blender: str
    blender_python: Path
    archive: Path
    scratch: Path

    @property
    def extension(self) -> Path:
        """The folder of the files that ship."""
        return self.scratch / "extension"

    def folder(self, name: str) -> Path:
        """An empty folder for one measurement."""
        folder = self.scratch / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder

    def need_space(self, size: int) -> None:
        """Raise `CannotMeasure` unless the scratch folder's disk has room for `size` bytes and some more."""
        free = shutil.disk_usage(self.scratch).free
        if free < size * 5 // 4:
            raise CannotMeasure(f"{self.scratch} has {free / 1e9:.1f} GB free, and {size * 5 / 4e9:.1f} GB are needed")

    def run(self, program: str, *arguments: str | Path, timeout: float, user: Path | None = None) -> Any:
        """Run one of the programs here with Blender's Python, which is also the worker's; gives what it found.

        `user` is the folder of Blender's settings and extensions. Raises `CannotMeasure` when the program fails.
        """
        result = self.scratch / "result.json"
        result.unlink(missing_ok=True)
        environment = {**os.environ, "BLENDER_USER_RESOURCES": str(user or self.scratch)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an artist's Blender compiles an add-on once and keeps that
        call([self.blender_python, HERE / program, result, *arguments], timeout=timeout, environment=environment)
        try:
            return json.loads(result.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise CannotMeasure(f"{program} told nothing: {error}") from error

    @contextmanager
    def server(self, frame_bytes: int = FRAME_BYTES, *, cut_one_in: int = 0, refusals: int = 0) -> Iterator[str]:
        """The address of a loopback storage that takes and gives as fast as it can, in a process of its own.

        One answer in `cut_one_in` ends in the middle, and each frame is refused `refusals` times before it is given.
        """
        command = [sys.executable, HERE / "server.py", str(frame_bytes), str(cut_one_in), str(refusals)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                port = process.stdout.readline().strip() if process.stdout else ""
                if not port:
                    raise CannotMeasure("the loopback server did not start")
                yield f"http://127.0.0.1:{port}"
            finally:
                process.kill()

    def install(self, user: Path) -> None:
        """Install and once enable the extension among Blender's settings in `user`."""
        self.run("install_in_blender.py", self.archive, MODULE, timeout=180, user=user)


@contextmanager
def bench() -> Iterator[Bench]:
    """What build.py handed over, with a scratch folder that is removed at the end. Raises `CannotMeasure`."""
    blenders = dict(entry.split("=", 1) for entry in os.environ.get("RENDERJUICE_BLENDERS", "").split(",") if entry)
    archive = os.environ.get("RENDERJUICE_ZIP", "")
    if not blenders or not archive:
        raise CannotMeasure("RENDERJUICE_BLENDERS or RENDERJUICE_ZIP is not set: start this as `build.py bench`")
    newest = max(blenders, key=lambda version: [int(part) for part in version.split(".")])
    with tempfile.TemporaryDirectory(prefix="renderjuice-bench-", ignore_cleanup_errors=True) as scratch:
        made = Bench(newest, Path(blenders[newest]), Path(archive), Path(scratch))
        with zipfile.ZipFile(made.archive) as packed:
            packed.extractall(made.extension)
        yield made


def call(command: Sequence[str | Path], *, timeout: float, environment: Mapping[str, str] = os.environ) -> str:
    """Run a program to its end and give what it printed. Raises `CannotMeasure` when it fails or takes too long."""
    name = Path(command[1] if len(command) > 1 and str(command[1]).endswith(".py") else command[0]).name
    try:
        done = subprocess.run(
            command, env=dict(environment), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotMeasure(f"{name} could not be run: {error}") from error
    if done.returncode != 0:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-12:])
        raise CannotMeasure(f"{name} ended with code {done.returncode}:\n{said}")
    return done.stdout
