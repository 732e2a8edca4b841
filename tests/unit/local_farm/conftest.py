# SPDX-License-Identifier: GPL-3.0-or-later
"""One farm and one set of scenes a Blender version for all tests here: both take seconds to get."""

import os
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from renderjuice.tests.unit.local_farm.driver import FarmDriver


@pytest.fixture(scope="session")
def farm() -> "Iterator[FarmDriver]":
    """A farm with every Blender that there is."""
    # Not above: the package `renderjuice` is put in place after this file is read.
    from renderjuice.tests.unit.local_farm.driver import running_farm

    with running_farm() as driver:
        yield driver


@pytest.fixture(scope="session")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the scenes of make_scenes.py, made by the newest Blender, and `project/` zipped."""
    return _make_scenes(0, tmp_path_factory.mktemp("newest"))


@pytest.fixture(scope="session")
def oldest_scenes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, made by the oldest Blender."""
    return _make_scenes(-1, tmp_path_factory.mktemp("oldest"))


def zip_folder(source: Path, target: Path, without: str | None = None) -> Path:
    """Zip a folder's files with their relative paths, but for the one named `without`."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(source.rglob("*")):
            if path.is_file() and path.name != without:
                archive.write(path, path.relative_to(source).as_posix())
    return target


def _make_scenes(which: int, folder: Path) -> Path:
    from renderjuice.tests.support.farm import blenders

    pythons = list(blenders().values())
    script = Path(__file__).with_name("make_scenes.py")
    user = folder / "user"
    user.mkdir()
    environment = os.environ | {"BLENDER_USER_RESOURCES": str(user)}
    done = subprocess.run(
        [pythons[which], script, folder], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (folder / "zips").mkdir()
    zip_folder(folder / "project", folder / "zips" / "shot.zip")
    (folder / "missing").mkdir()
    zip_folder(folder / "project", folder / "missing" / "shot.zip", without="part.png")
    return folder
