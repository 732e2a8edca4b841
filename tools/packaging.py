# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the extension's zip with Blender's own packager, from exactly the files that ship."""

import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path

from tools import environments, messages, rooms
from tools.errors import CannotGoOn
from tools.paths import ROOT

SHIPPED_FILES = ("blender_manifest.toml", "__init__.py", "LICENSE")
PACKAGER = "bpy/*/scripts/addons_core/bl_pkg/cli/blender_ext.py"
EARLIEST_DATE = (1980, 1, 1, 0, 0, 0)


def build(output: Path | None = None, *, root: Path = ROOT, is_release: bool = False) -> Path:
    """Check and build `<output>/<id>-<version>.zip` (`dist/` in the clone by default); gives its path.

    The same files give the same bytes. A release has every text in every language. Raises CannotGoOn with the
    packager's own words, or with the texts that a language lacks.
    """
    if is_release:
        messages.demand_complete(root)
    output = output or root / "dist"
    packager = _packager()
    with tempfile.TemporaryDirectory(prefix="renderjuice-package-") as temporary:
        staged = Path(temporary, "staged")
        stage(staged, root=root)
        manifest = tomllib.loads((staged / "blender_manifest.toml").read_text(encoding="utf-8"))
        built = Path(temporary, f"{manifest['id']}-{manifest['version']}.zip")
        _run(packager, "validate", str(staged))
        _run(packager, "build", "--source-dir", str(staged), "--output-filepath", str(built))
        output.mkdir(parents=True, exist_ok=True)
        final = output / built.name
        # Written beside and renamed: another process may be installing the old one.
        beside = Path(tempfile.mkdtemp(prefix=".part-", dir=output))
        try:
            _copy_without_dates(built, beside / built.name)
            (beside / built.name).replace(final)
        finally:
            shutil.rmtree(beside)
    return final


def stage(target: Path, *, root: Path = ROOT) -> None:
    """Copy the files that ship from `root` into the new folder `target`.

    Raises CannotGoOn when one that every extension needs is missing.
    """
    target.mkdir(parents=True)
    for name in SHIPPED_FILES:
        if not (root / name).is_file():
            raise CannotGoOn(f"The extension cannot be built: {root / name} is missing.")
        shutil.copyfile(root / name, target / name)
    # The folders that Python and the checkers leave behind are hidden or bear this name.
    leave_out = shutil.ignore_patterns("__pycache__", ".*", "*.pyc")
    for room in rooms.SHIPPED:
        if (root / room).is_dir():
            shutil.copytree(root / room, target / room, ignore=leave_out)


def _packager() -> Path:
    """Blender's packager, which any set-up Blender brings and any Python 3.11 runs."""
    version, _ = environments.ensure_any_blender()
    packages = environments.site_packages(environments.BLENDERS[version])
    for found in packages.glob(PACKAGER):
        return found
    raise CannotGoOn(f"Blender {version} has no packager at {packages / PACKAGER}.")


def _run(packager: Path, *arguments: str) -> None:
    answer = subprocess.run(
        [sys.executable, packager, *arguments], capture_output=True, text=True, errors="replace", timeout=120
    )
    if answer.returncode != 0:
        raise CannotGoOn(f"Blender's packager refused ({arguments[0]}):\n{(answer.stdout + answer.stderr).strip()}")


def _copy_without_dates(source: Path, target: Path) -> None:
    """Copy a zip with its entries in order and without dates, so that the same content is the same file."""
    with zipfile.ZipFile(source) as found, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as copy:
        for name in sorted(found.namelist()):
            entry = zipfile.ZipInfo(name, EARLIEST_DATE)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            copy.writestr(entry, found.read(name))
