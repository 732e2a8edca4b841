# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Blender with the built extension installed, and a local farm that renders with the same Blender."""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

# Blender reads this when it starts, and it starts when `bpy` is imported
os.environ["BLENDER_USER_RESOURCES"] = tempfile.mkdtemp(prefix="renderjuice-user-")
for variable in ("RENDERJUICE_API_URL", "RENDERJUICE_API_KEY"):
    os.environ.pop(variable, None)

import bpy  # noqa: E402

from renderjuice.tests.support.farm import API_KEY, PACE, Farm, running_farm  # noqa: E402

Find = Callable[[], list[Any]]

EXTENSION = "bl_ext.user_default.renderjuice"


@pytest.fixture(scope="session")
def extension_name() -> Iterator[str]:
    """The installed and enabled extension's module name."""
    import addon_utils

    archive = os.environ.get("RENDERJUICE_ZIP")
    assert archive, "RENDERJUICE_ZIP has to name the built zip: run the tests with `python3 build.py test`"
    bpy.ops.extensions.package_install_files(repo="user_default", filepath=archive, enable_on_install=True)
    importlib.import_module(f"{EXTENSION}.live.jobs").pace = PACE
    yield EXTENSION
    # a class that is still registered when Python ends crashes 4.2 and hangs 4.5
    addon_utils.disable(EXTENSION)


@pytest.fixture
def load(extension_name: str) -> Callable[[str], ModuleType]:
    """Gives a module of the installed extension."""
    return lambda name: importlib.import_module(f"{extension_name}.{name}")


@pytest.fixture(scope="session")
def farm() -> Iterator[Farm]:
    """A local farm with this very Blender."""
    version = ".".join(str(number) for number in bpy.app.version[:2])
    with running_farm({version: sys.executable}) as running:
        yield running


@pytest.fixture
def preferences(extension_name: str, farm: Farm) -> Iterator[Any]:
    """The add-on's preferences, set up for the local farm, with online access."""
    preferences = bpy.context.preferences.addons[extension_name].preferences
    bpy.context.preferences.system.use_online_access = True
    preferences.server = farm.api_url
    preferences.api_key = API_KEY
    yield preferences
    bpy.context.preferences.system.use_online_access = True
    preferences.server = farm.api_url
    preferences.api_key = API_KEY


@pytest.fixture
def jobs(extension_name: str) -> ModuleType:
    """The module that knows the jobs in Blender."""
    return importlib.import_module(f"{extension_name}.live.jobs")


@pytest.fixture
def project(tmp_path: Path, preferences: Any) -> Path:
    """A new project's folder with the open scene `shot.blend` in it: a tiny Cycles scene that moves."""
    bpy.ops.wm.read_homefile(use_factory_startup=False)
    make_tiny(bpy.context.scene)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    return tmp_path


@pytest.fixture
def scene(project: Path) -> bpy.types.Scene:
    """The open scene of a new project."""
    return bpy.context.scene


@pytest.fixture
def find(load: Callable[[str], ModuleType]) -> Find:
    """Gives what the check finds in the open scene as it is when it is called."""

    def look() -> list[Any]:
        bpy.context.view_layer.update()
        bpy.ops.renderjuice.check()
        return list(load("live.scene_check").findings(bpy.context.scene))

    return look


def make_tiny(scene: bpy.types.Scene) -> None:
    """Have a scene render in a moment, every frame different from its neighbours."""
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.samples = 2
    scene.cycles.seed = 7
    scene.cycles.use_denoising = False
    scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = 48, 32, 100
    scene.render.image_settings.file_format = "PNG"
    scene.frame_start, scene.frame_end = 1, 3
    cube = bpy.data.objects["Cube"]
    for frame, angle in ((1, 0.0), (10, 2.0)):
        cube.rotation_euler.z = angle
        cube.keyframe_insert("rotation_euler", frame=frame)


@pytest.fixture
def wait_for(extension_name: str, jobs: ModuleType) -> Callable[..., Any]:
    """Waits until a job has ended, and gives it as it is then."""
    waiting = importlib.import_module(f"{extension_name}.jobs.client.waiting")

    def wait(job: Any, tell: Callable[[Any], None] = lambda _job: None) -> Any:
        return waiting.wait_for_job(jobs.session(), job.id, job.api_url, tell)

    return wait
