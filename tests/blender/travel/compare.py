# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures what docs/travel.md says: each kind alone, by this extension, by `bat pack` and by Blender's own `pack_all`.

No part of the tests, because it needs Blender Asset Tracer, which is an outside program:
`RENDERJUICE_BAT=…/bin/bat RENDERJUICE_TRAVEL=FOLDER python3 build.py test tests/blender/travel/compare.py` writes a
file for each Blender into the folder, of which `tests/blender/travel/table.py` makes the table.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy

from renderjuice.tests.blender.scene_parts import strips_of
from renderjuice.tests.blender.travel.families import FAMILIES
from renderjuice.tests.blender.travel.journeys import hidden, travel
from renderjuice.tests.blender.travel.scenes import Made, Places, make_scene, render, same, second_mount
from renderjuice.tests.support.farm import Farm

BAT_SECONDS = 60.0


def test_compare(preferences: Any, jobs: ModuleType, farm: Farm, tmp_path: Path) -> None:
    kinds = {kind.__name__: kind for family in FAMILIES.values() for kind in family}
    with tempfile.TemporaryDirectory(prefix="renderjuice-mount-", dir=second_mount()) as mount:
        made = {
            name: make_scene(Places(tmp_path / name, Path(mount, name)), name, [kind]) for name, kind in kinds.items()
        }
        rows: dict[str, dict[str, Any]] = {name: {"about": kind.__doc__ or ""} for name, kind in kinds.items()}
        for name, scene in made.items():
            archive = tmp_path / "bat" / f"{name}.zip"
            found = by_bat(scene, archive)
            rows[name] |= {"bat": found, "bat_size": archive.stat().st_size if archive.is_file() else 0}
            rows[name] |= {"pack_all": by_pack_all(scene, tmp_path / "packed")}
        for name, journey in travel(made, tmp_path / "farm", jobs.session()).items():
            size = sum(path.stat().st_size for path in uploads(farm, name))
            rows[name] |= {"extension": journey.trouble or verdict(journey.is_same), "size": size}
    version = ".".join(map(str, bpy.app.version[:2]))
    Path(os.environ["RENDERJUICE_TRAVEL"], f"{version}.json").write_text(json.dumps(rows, indent=1))


def by_bat(scene: Made, archive: Path) -> str:
    """What `bat pack` makes of a scene: its zip, unpacked and rendered with everything else out of reach."""
    archive.parent.mkdir(exist_ok=True)
    command = [os.environ["RENDERJUICE_BAT"], "pack", str(scene.blend), str(archive)]
    try:
        subprocess.run(command, capture_output=True, text=True, timeout=BAT_SECONDS, check=True)
    except subprocess.SubprocessError as error:
        return str(error)
    folder = archive.with_suffix("")
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    return rendered(scene, next(folder.rglob(scene.blend.name)))


def by_pack_all(scene: Made, folder: Path) -> str:
    """What Blender's own packing makes of it: everything in one .blend, which goes to another folder."""
    bpy.ops.wm.open_mainfile(filepath=str(scene.blend))
    try:
        bpy.ops.file.pack_all()
        if bpy.data.libraries:
            bpy.ops.file.pack_libraries()
    except RuntimeError as error:
        trouble = str(error).strip()
    else:
        trouble = ""
    target = folder / scene.blend.name
    folder.mkdir(exist_ok=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(target), copy=True)
    found = rendered(scene, target)
    return f"{found}: {trouble}" if trouble else found


def rendered(scene: Made, blend: Path) -> str:
    """Whether another place's .blend gives the frames of the scene."""
    with hidden([scene]):
        if lacks_strips(blend):
            return verdict(False)
        frames = render(blend, scene.frames, blend.with_suffix(".frames"))
    return verdict(same(scene.here, frames))


def lacks_strips(blend: Path) -> bool:
    """True when an image strip has lost its files, which Blender may not survive to render."""
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    return any(
        not Path(bpy.path.abspath(strip.directory), element.filename).is_file()
        for scene in bpy.data.scenes
        for strip in strips_of(scene)
        if strip.type == "IMAGE"
        for element in strip.elements
    )


def verdict(is_same: bool) -> str:
    return "same" if is_same else "different"


def uploads(farm: Farm, name: str) -> Iterable[Path]:
    """What was sent for a scene; the farm adds twelve characters of its own to the name."""
    return (farm.home / "uploads").glob(f"{name.replace('_', '-')}-{'?' * 12}.*")
