# SPDX-License-Identifier: GPL-3.0-or-later
"""One farm and one set of scenes a Blender version for all tests here: both take seconds to get."""

import os
import subprocess
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


@pytest.fixture(scope="session", params=[0, -1], ids=["newest", "oldest"])
def packages(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with what make_packages.py makes, by the newest and by the oldest Blender."""
    folder = tmp_path_factory.mktemp("packages")
    _run_in_blender(request.param, "make_packages.py", folder)
    return folder


@pytest.fixture(scope="session", params=[0, -1], ids=["newest", "oldest"])
def edits(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with what make_edits.py makes, by the newest and by the oldest Blender."""
    folder = tmp_path_factory.mktemp("edits")
    _run_in_blender(request.param, "make_edits.py", folder)
    return folder


@pytest.fixture(scope="session", params=[0, -1], ids=["newest", "oldest"])
def unread(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with what make_unread.py makes, by the newest and by the oldest Blender."""
    folder = tmp_path_factory.mktemp("unread")
    _run_in_blender(request.param, "make_unread.py", folder)
    return folder


@pytest.fixture(scope="session")
def oldest_scenes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, made by the oldest Blender."""
    return _make_scenes(-1, tmp_path_factory.mktemp("oldest"))


def _make_scenes(which: int, folder: Path) -> Path:
    # not above: the package `renderjuice` is put in place after this file is read
    from renderjuice.tests.unit.local_farm.zip_folder import zip_folder

    _run_in_blender(which, "make_scenes.py", folder)
    zip_folder(folder / "project", folder / "zips" / "shot.zip")
    zip_folder(folder / "project", folder / "missing" / "shot.zip", without={"textures/part.png"})
    return folder


def _run_in_blender(which: int, name: str, folder: Path) -> None:
    from renderjuice.tests.support.farm import blenders

    pythons = list(blenders().values())
    script = Path(__file__).with_name(name)
    user = folder / "user"
    user.mkdir()
    environment = os.environ | {"BLENDER_USER_RESOURCES": str(user)}
    done = subprocess.run(
        [pythons[which], script, folder], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
