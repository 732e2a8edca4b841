# SPDX-License-Identifier: GPL-3.0-or-later
"""Shared libraries that Blender links against and a bare Linux lacks. Windows and macOS need none."""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from tools.errors import CannotGoOn

LIBRARIES = {
    "libX11.so.6": "libx11-6",
    "libXrender.so.1": "libxrender1",
    "libXxf86vm.so.1": "libxxf86vm1",
    "libXfixes.so.3": "libxfixes3",
    "libXi.so.6": "libxi6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libSM.so.6": "libsm6",
    "libICE.so.6": "libice6",
    "libGL.so.1": "libgl1",
    "libgomp.so.1": "libgomp1",
}
"""What `import bpy` and Cycles load -> Debian's package for it."""

EEVEE_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libEGL_mesa.so.0": "libegl-mesa0",
    "swrast_dri.so": "libgl1-mesa-dri",
}
"""What EEVEE loads where there is no display: EGL and Mesa's software renderer. Cycles does without."""


def missing(libraries: Mapping[str, str]) -> list[str]:
    """Debian packages of those `libraries` (as LIBRARIES) that this machine does not have, in their order."""
    if sys.platform != "linux":
        return []
    return [package for library, package in libraries.items() if not _present(library)]


def ensure() -> None:
    """Bring what Blender needs: nothing when all is there, apt-get when we may use it.

    Raises CannotGoOn with the line to type when only the user can do it. Without EEVEE's libraries it only says so.
    """
    needed, wanted = missing(LIBRARIES), missing(EEVEE_LIBRARIES)
    if needed:
        apt_install([*needed, *wanted], "Blender needs shared libraries that this machine lacks.")
    elif wanted:
        try:
            apt_install(wanted, "EEVEE cannot render here without these libraries.")
        except CannotGoOn as error:
            print(f"note: {error}")


def apt_install(packages: Iterable[str], why: str) -> None:
    """Install Debian packages as root or through a sudo that asks nothing.

    Raises CannotGoOn with `why` and the line to type where that is not possible, or when apt-get fails.
    """
    packages = list(packages)
    line = f"apt-get install --no-install-recommends {' '.join(packages)}"
    if not shutil.which("apt-get"):
        raise CannotGoOn(f"{why} Install what these Debian packages hold: {' '.join(packages)}")
    prefix = _root_prefix()
    if prefix is None:
        raise CannotGoOn(f"{why} Type this line, then try again:\n  sudo {line}")
    print(f"{why} Installing: {' '.join(packages)}", flush=True)
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    for command in ([*apt, "update"], [*apt, "install", "-y", "--no-install-recommends", *packages]):
        try:
            subprocess.run(command, check=True, timeout=900, stdin=subprocess.DEVNULL)
        except (OSError, subprocess.SubprocessError) as error:
            raise CannotGoOn(f"{why} apt-get failed ({error}). Type this line, then try again:\n  {line}") from error


def _present(library: str) -> bool:
    if library.endswith("_dri.so"):
        # A driver that Mesa loads by path; loading it alone would not find the rest of Mesa.
        return any(
            any(base.glob(pattern))
            for base in (Path("/usr/lib"), Path("/usr/lib64"))
            for pattern in (f"dri/{library}", f"*/dri/{library}")
        )
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _root_prefix() -> list[str] | None:
    """What to put before a command to run it as root: nothing, sudo, or None when neither works unasked."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True, timeout=30).returncode == 0:
        return ["sudo", "-n"]
    return None
