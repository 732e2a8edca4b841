# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the scenes of the matrix: each kind in a square of its own, small enough to render in a moment."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy

from .spot import CELL, PIXELS, Kind, Spot, picture, write_sound

FRAMES = (2, 3)
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 (a name of the system's)


@dataclass(frozen=True)
class Places:
    """Where a scene's files are: in the project and beside it, and in `mount`, on another file system."""

    folder: Path
    mount: Path

    @property
    def project(self) -> Path:
        return self.folder / "project"

    @property
    def elsewhere(self) -> Path:
        return self.folder / "elsewhere"


@dataclass(frozen=True)
class Made:
    """A saved .blend, what this Blender renders of it, and kind's name -> the files without which that is different."""

    places: Places
    blend: Path
    frames: tuple[int, ...]
    files: dict[str, tuple[Path, ...]]
    here: list[Path]


def second_mount() -> Path | None:
    """A folder on another file system than the temporary files', where this machine has one."""
    return SHARED_MEMORY if SHARED_MEMORY.is_dir() else None


def make_scene(places: Places, name: str, kinds: Sequence[Kind], frames: tuple[int, ...] = FRAMES) -> Made:
    """Make a scene that shows these kinds side by side, and save it as the project's `name`.blend."""
    blend = places.project / f"{name}.blend"
    places.project.mkdir(parents=True, exist_ok=True)
    bpy.ops.wm.read_homefile(use_factory_startup=False, use_empty=True)
    scene = bpy.context.scene
    _make_tiny(scene, len(kinds), frames)
    _save(blend)  # so that paths can be relative to it
    files = {}
    for number, kind in enumerate(kinds):
        spot = Spot(scene, places.project, places.elsewhere, places.mount, number)
        files[kind.__name__] = tuple(kind(spot))
    _save(blend)
    return Made(places, blend, frames, files, render(blend, frames, places.folder / "here"))


def render(blend: Path, frames: Sequence[int], folder: Path) -> list[Path]:
    """What this Blender makes of a saved file, opened anew."""
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    scene = bpy.context.scene
    paths = []
    for frame in frames:
        scene.frame_set(frame)
        scene.render.filepath = str(folder / f"{frame:04d}.png")
        bpy.ops.render.render(write_still=True)
        paths.append(Path(scene.render.filepath))
    return paths


def pixels(path: Path) -> numpy.ndarray:
    """An image's values, four a pixel."""
    image = bpy.data.images.load(str(path))
    values = numpy.empty(len(image.pixels), numpy.float32)
    image.pixels.foreach_get(values)
    bpy.data.images.remove(image)
    return values


def same(ours: Sequence[Path], theirs: Sequence[Path]) -> bool:
    """True when all frames are there and equal, pixel for pixel."""
    return len(ours) == len(theirs) and all(
        numpy.array_equal(pixels(one), pixels(other)) for one, other in zip(ours, theirs, strict=True)
    )


@contextmanager
def out_of_reach(paths: Sequence[Path]) -> Iterator[None]:
    """The files and folders have other names meanwhile."""
    with ExitStack() as stack:
        for path in paths:
            away = path.with_name(f"{path.name[:100]}.away")
            path.rename(away)
            stack.callback(away.rename, path)
        yield


@contextmanager
def replaced(paths: Sequence[Path]) -> Iterator[None]:
    """There are other pictures in place of the files meanwhile, and silence in place of sounds."""
    with out_of_reach(paths):
        for path in paths:
            if path.suffix == ".wav":
                write_sound(path, [0] * 8000)
            else:
                picture(path, (90, 90, 90))
        yield
        for path in paths:
            path.unlink()


def _make_tiny(scene: bpy.types.Scene, squares: int, frames: Sequence[int]) -> None:
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    camera.data.type, camera.data.ortho_scale = "ORTHO", CELL * squares
    camera.location = (CELL * (squares - 1) / 2.0, 0.0, 10.0)
    scene.collection.objects.link(camera)
    scene.camera = camera
    render = scene.render
    render.engine = "CYCLES"
    scene.cycles.device, scene.cycles.samples, scene.cycles.seed = "CPU", 1, 7
    scene.cycles.use_denoising = False
    if hasattr(scene.cycles, "volume_biased"):
        scene.cycles.volume_biased = True  # the exact way (5.0) takes seconds
    render.resolution_x, render.resolution_y, render.resolution_percentage = PIXELS * squares, PIXELS, 100
    render.image_settings.file_format = "PNG"
    render.compositor_device = "CPU"
    scene.view_settings.view_transform = "Standard"
    scene.frame_start, scene.frame_end = min(frames), max(frames)


def _save(blend: Path) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=os.fspath(blend), compress=False)
