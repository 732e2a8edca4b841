# SPDX-License-Identifier: GPL-3.0-or-later
"""Program: build a large scene and save it in turn by the extension's snapshot and by Blender's own operator."""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import addons
import bpy  # noqa: TID251
import measuring
import numpy
import stand_in

COLORS = 3
BYTES_A_VERTEX = 12 + 16 * COLORS
"""A position of three floats, and colours of four."""


def build(size: int) -> None:
    """A mesh of points whose positions and colours are noise, `size` bytes in all."""
    count = size // BYTES_A_VERTEX
    noise = numpy.random.default_rng(1)
    mesh = bpy.data.meshes.new("noise")
    mesh.vertices.add(count)
    mesh.vertices.foreach_set("co", noise.random(count * 3, dtype=numpy.float32))
    for number in range(COLORS):
        colors = mesh.attributes.new(f"color {number}", "FLOAT_COLOR", "POINT")
        colors.data.foreach_set("color", noise.random(count * 4, dtype=numpy.float32))
    bpy.context.scene.collection.objects.link(bpy.data.objects.new("noise", mesh))


def timed(save: Callable[[Path], object], path: Path) -> float:
    """Seconds of one save to a new file, which is removed before it is written to the disk."""
    began = time.perf_counter()
    save(path)
    seconds = time.perf_counter() - began
    path.unlink()
    return seconds


def bare(path: Path) -> None:
    """Blender's operator and nothing else."""
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True, compress=False)


def main(result: str, module: str, folder: str, size: str) -> None:
    """Tell the seconds of both, the file's size in bytes and Blender's version."""
    addons.enable(module)
    save_snapshot = importlib.import_module(f"{module}.scene_edits.snapshot").save_snapshot
    build(int(size))
    ours, reference = Path(folder, "ours", "scene.blend"), Path(folder, "reference", "scene.blend")
    for path in (ours, reference):
        path.parent.mkdir()
    bare(reference)
    written = reference.stat().st_size
    reference.unlink()
    pairs = measuring.alternate(lambda: timed(save_snapshot, ours), lambda: timed(bare, reference))
    addons.disable(module)
    stand_in.tell(result, {**asdict(pairs), "size": written, "version": bpy.app.version_string})


if __name__ == "__main__":
    main(*sys.argv[1:])
