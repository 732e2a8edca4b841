# SPDX-License-Identifier: GPL-3.0-or-later
"""Find Python interpreters by version, and prove each one by running it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

PROBE = (
    "import json, sys, importlib.util as u; import ctypes, sqlite3, ssl, venv; "
    "print(json.dumps([sys.executable, '%d.%d' % sys.version_info[:2], u.find_spec('ensurepip') is not None]))"
)
"""Run by each candidate. Modules that a Python built without its system libraries lacks make it fail."""


@dataclass(frozen=True)
class Python:
    """An interpreter that was seen running. `can_make_environments` is False on a Debian without python3-venv."""

    executable: Path
    version: str
    can_make_environments: bool


def candidates(version: str) -> Iterator[Path]:
    """Where a Python of `version` ("3.13") may be, most likely first. None of them needs to exist or to work."""
    if f"{sys.version_info.major}.{sys.version_info.minor}" == version:
        yield Path(sys.executable)
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    # A pyenv shim on the PATH answers for the selected version only; the others are reached directly.
    folders += [installed / "bin" for installed in sorted(pyenv.glob(f"{version}.*"), reverse=True)]
    folders += [Path("/usr/bin"), Path("/usr/local/bin"), Path("/opt/homebrew/bin")]
    names = [f"python{version}", "python3", "python"]
    if sys.platform == "win32":
        names = [f"{name}.exe" for name in names]
        local = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
        folders.append(local / "Programs" / "Python" / f"Python{version.replace('.', '')}")
    for folder in folders:
        for name in names:
            yield folder / name


def probe(executable: Path) -> Python | None:
    """Run `executable` and tell what it is; None when it is missing, broken, or built without a needed module."""
    if not executable.is_file():
        return None
    try:
        answer = subprocess.run([executable, "-I", "-c", PROBE], capture_output=True, text=True, timeout=30, check=True)
        path, version, can_make_environments = json.loads(answer.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return Python(Path(path), version, can_make_environments)


def find(versions: Sequence[str]) -> Python | None:
    """The first working Python of the first of `versions` that has one; those that can make environments win."""
    incomplete = None
    for version in versions:
        seen: set[Path] = set()
        for candidate in candidates(version):
            if candidate in seen:
                continue
            seen.add(candidate)
            found = probe(candidate)
            if found is None or found.version != version:
                continue
            if found.can_make_environments:
                return found
            incomplete = incomplete or found
    return incomplete
