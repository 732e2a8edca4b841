# SPDX-License-Identifier: GPL-3.0-or-later
"""The scenes of the matrix, each made once and rendered here."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from renderjuice.tests.blender.travel.families import FAMILIES
from renderjuice.tests.blender.travel.scenes import Made, Places, make_scene, second_mount


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Made]]:
    """Gives the scene of a family, made when it is asked for first."""
    with ExitStack() as stack:

        @cache
        def make(family: str) -> Made:
            folder = tmp_path_factory.mktemp(family)
            mount = tempfile.TemporaryDirectory(prefix="renderjuice-mount-", dir=second_mount())
            places = Places(folder, Path(stack.enter_context(mount), "files"))
            return make_scene(places, family, FAMILIES[family])

        yield make
