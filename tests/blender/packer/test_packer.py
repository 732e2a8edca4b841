# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenes with paths that do not hold on a farm: a second Blender rewrites them, and the package is whole by itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import wave
from pathlib import Path
from typing import Any

import bpy
import pytest

from renderjuice.jobs.packaging.run_packer import rewrite_paths
from renderjuice.local_farm.inside_blender.missing_files import missing_files
from renderjuice.messages.message import from_json
from renderjuice.package_layout.layout import Layout, plan_layout
from renderjuice.package_layout.package_error import PackageError
from renderjuice.package_layout.path_use import PathForm, PathUse
from renderjuice.packer.rewriting import carry_out
from renderjuice.scene.dependencies.scan import find_dependencies
from renderjuice.scene_edits.snapshot import save_snapshot
from renderjuice.tests.blender.packer.sending import BLENDER, begin, check, picture, save, send, textured
from renderjuice.tests.blender.scene_parts import strips_of
from renderjuice.tests.blender.travel.movies import write_movie


def test_an_absolute_path_within_the_project_and_one_elsewhere(tmp_path: Path, project: Path) -> None:
    inside, beside = picture(project.parent / "tex" / "wood.png"), picture(tmp_path / "work" / "disk" / "wood.png")
    picture(project.parent / "tex" / "bark.png")
    shot = begin(project / "shot.blend")
    textured("Own", str(inside), str(beside), "//../tex/bark.png")
    save(shot)
    sent = send(tmp_path, shot)
    assert sorted(sent.names) == ["external/01-disk/wood.png", "scenes/shot.blend", "tex/bark.png", "tex/wood.png"]
    check(sent, files=3)


def test_a_scene_of_relative_paths_is_not_opened_again(tmp_path: Path, project: Path) -> None:
    picture(project.parent / "tex" / "wood.png")
    shot = begin(project / "shot.blend")
    textured("Own", "//../tex/wood.png", "//..\\tex\\wood.png")
    save(shot)
    sent = send(tmp_path, shot, blender=())
    assert sent.layout.rewritten == ()
    check(sent, files=1)


def test_a_scene_that_was_never_saved(tmp_path: Path) -> None:
    textured("Own", str(picture(tmp_path / "work" / "disk" / "wood.png")))
    sent = send(tmp_path)
    assert sent.names == ["untitled.blend", "external/01-disk/wood.png"]
    check(sent, files=1)


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_texture_by_two_relative_routes_is_stored_once(tmp_path: Path, project: Path, kind: str) -> None:
    shot = begin(project / "shot.blend")
    wood = picture(project / "tex" / "wood.png")
    if kind == "file":
        (project / "link.png").symlink_to(wood)
        written = "//link.png"
    else:
        (project / "maps").symlink_to(wood.parent, target_is_directory=True)
        written = "//maps/wood.png"
    textured("Table", "//tex/wood.png", written)
    save(shot)
    sent = send(tmp_path, shot)
    assert len(sent.names) == 2
    check(sent, files=1)


def test_a_path_above_the_root(tmp_path: Path, project: Path) -> None:
    wood = picture(tmp_path / "work" / "disk" / "wood.png")
    shot = begin(project / "shot.blend")
    up = "../" * (len(project.parts) + 3)
    textured("Own", f"//{up}{wood.relative_to('/')}")
    save(shot)
    sent = send(tmp_path, shot)
    [change] = sent.report["shot.blend"]["changed"]
    assert change[-1] == "//../../disk/wood.png"
    check(sent, files=1)


def test_a_path_that_blender_does_not_remap_counts_from_the_artists_folder(tmp_path: Path, project: Path) -> None:
    wood = picture(project.parent / "tex" / "wood.png")
    shot = begin(project / "shot.blend")
    textured("Own", "//../tex/wood.png")
    save(shot)
    snapshot = tmp_path / "home" / "snapshot" / "shot.blend"
    save_snapshot(snapshot, is_remapped=False)
    layout = plan_layout(shot, [PathUse(shot, "//../tex/wood.png", wood, (wood,), PathForm.RELATIVE)], is_remapped=True)
    copies = rewrite_paths(layout, snapshot, BLENDER, tmp_path, lambda: None)
    [file] = json.loads(next(tmp_path.glob("packer-*/report.json")).read_text())["files"]
    assert (file["changed"], file["unknown"]) == ([], [])
    assert copies[shot].is_file()


def test_a_pattern_counts_from_the_folder_in_which_its_files_are(tmp_path: Path, project: Path) -> None:
    tile = picture(project / "tile.1001.png")
    shot = begin(project / "shot.blend")
    textured("Own", "//tile.<UDIM>.png")
    bpy.data.images["//tile.<UDIM>.png"].source = "TILED"
    save(shot)
    # both folders have a place in the package
    snapshot = project / "home" / "snapshot" / "shot.blend"
    save_snapshot(snapshot, is_remapped=False)
    use = PathUse(shot, "//tile.<UDIM>.png", project / "tile.<UDIM>.png", (tile,), PathForm.RELATIVE)
    rewrite_paths(plan_layout(shot, [use], is_remapped=True), snapshot, BLENDER, tmp_path, lambda: None)
    [file] = json.loads(next(tmp_path.glob("packer-*/report.json")).read_text())["files"]
    assert (file["changed"], file["unknown"]) == ([], [])


def test_the_active_scene_stays_the_active_one(tmp_path: Path, project: Path) -> None:
    shot = begin(project / "shot.blend")
    bpy.context.window.scene = bpy.data.scenes.new("Second")
    textured("Own", str(picture(tmp_path / "work" / "disk" / "wood.png")))
    save(shot)
    bpy.ops.wm.open_mainfile(filepath=str(shot))
    assert bpy.context.scene.name == "Second"
    check(send(tmp_path, shot), files=1)
    assert bpy.context.scene.name == "Second"


def test_the_active_view_layer_stays_the_active_one(tmp_path: Path, project: Path) -> None:
    for has_place in (True, False):
        shot = begin(project / "shot.blend") if has_place else None
        textured("Own", str(picture(tmp_path / "work" / "disk" / "wood.png")))
        bpy.context.window.view_layer = bpy.context.scene.view_layers.new("Second")
        if shot:
            save(shot)
        sent = send(tmp_path, shot)
        assert sent.layout.rewritten
        check(sent, files=1)
        # what a farm renders of a scene with "Render Single Layer"
        assert bpy.context.view_layer.name == "Second"
        for folder in (tmp_path / "farm", tmp_path / "out of reach"):
            shutil.rmtree(folder)
        begin(project / "shot.blend")
        bpy.ops.wm.read_homefile(use_factory_startup=False, use_empty=True)


def test_movies_that_no_render_reads_have_no_path_in_the_copy(tmp_path: Path, project: Path) -> None:
    movie = write_movie(tmp_path / "work" / "disk" / "take.mp4")
    shot = begin(project / "shot.blend")
    bpy.data.movieclips.load(str(movie)).use_fake_user = True
    muted = strips_of(bpy.context.scene).new_movie("Muted", str(movie), 1, 1)
    muted.mute = True
    read = strips_of(bpy.context.scene).new_movie("Read", str(movie), 2, 1)
    read.filepath = "//../../disk/take.mp4"
    save(shot)
    sent = send(tmp_path, shot, is_remapped=True)
    cleared = sorted(kind for kind, _name, _written, new in sent.report["shot.blend"]["changed"] if not new)
    assert cleared == ["Movie clip", "Sequencer strip"]
    check(sent, files=1)
    assert [clip.filepath for clip in bpy.data.movieclips] == [""]
    strips = {strip.name: strip.filepath for strip in strips_of(bpy.context.scene)}
    assert (strips["Muted"], Path(strips["Read"]).name) == ("", "take.mp4")


@pytest.mark.skipif(bpy.app.version < (4, 5), reason="the Python module of 4.2 has no sound")
@pytest.mark.parametrize("is_relative", [False, True])
def test_a_sound_strip(tmp_path: Path, project: Path, is_relative: bool) -> None:
    path = (project if is_relative else tmp_path / "work" / "disk") / "beep.wav"
    path.parent.mkdir(exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\x00\x40\x00\xc0" * 4000)
    shot = begin(project / "shot.blend")
    strips_of(bpy.context.scene).new_sound("Beep", str(path), 1, 1)
    if is_relative:
        bpy.ops.file.make_paths_relative()
    textured("Own", str(picture(tmp_path / "work" / "disk" / "wood.png")))
    save(shot)
    sent = send(tmp_path, shot)
    bpy.ops.wm.open_mainfile(filepath=str(sent.scene))
    # Blender's list has the strip's own path as well, from which nothing is played
    assert any(not Path(os.path.normpath(one)).exists() for one in bpy.utils.blend_paths(absolute=True))
    assert not find_dependencies(bpy.context.scene, (1,)).refused
    assert not missing_files(bpy.context.scene, str(sent.folder), (1,), True)
    bpy.context.scene.frame_end = 20
    played = tmp_path / "played.wav"
    bpy.ops.sound.mixdown(filepath=str(played), container="WAV", codec="PCM", format="S16")
    with wave.open(str(played)) as file:
        assert any(file.readframes(file.getnframes()))


def test_a_copy_that_cannot_be_saved_is_not_always_for_want_of_room(tmp_path: Path) -> None:
    blend = begin(tmp_path / "shot.blend")
    layout = plan_layout(blend, (), is_remapped=True)
    report = run_plan(tmp_path, layout, target=tmp_path / "no such folder" / "copy.blend")
    error = from_json(report["error"])
    assert error.startswith(f"Blender could not save a copy of {blend}: ")
    assert error.endswith(". Retry; if it happens again, make all paths in that file relative.")


def test_a_folder_that_is_the_scenes_own(tmp_path: Path) -> None:
    blend = begin(tmp_path / "shot.blend")
    picture(tmp_path / "wood.png")
    strip = strips_of(bpy.context.scene).new_image("Pictures", str(tmp_path / "wood.png"), 1, 1)
    strip.directory = f"{tmp_path}/"
    save(blend)
    uses = [PathUse(blend, strip.directory, tmp_path, (tmp_path / "wood.png",), PathForm.ABSOLUTE)]
    report = run_plan(tmp_path, plan_layout(blend, uses, is_remapped=True))
    assert [change[-1] for change in report["files"][0]["changed"]] == ["//"]


def test_a_packer_whose_worker_is_gone_ends(tmp_path: Path) -> None:
    blend = begin(tmp_path / "shot.blend")
    worker = subprocess.Popen([sys.executable, "-c", ""])
    worker.wait()
    report = run_plan(tmp_path, plan_layout(blend, (), is_remapped=True), worker=worker.pid)
    assert (report["is_done"], report["files"]) == (False, [])


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such shell")
def test_a_launcher_may_stand_between(tmp_path: Path, project: Path) -> None:
    shot = begin(project / "shot.blend")
    textured("Own", str(picture(tmp_path / "work" / "disk" / "wood.png")))
    save(shot)
    check(send(tmp_path, shot, ("sh", "-c", '"$@"; exit $?', "launcher", *BLENDER)), files=1)


def run_plan(folder: Path, layout: Layout, target: Path | None = None, worker: int | None = None) -> dict[str, Any]:
    """Have the artist's file of a layout rewritten in this process; gives the report."""
    plan = {
        "layout": layout.to_json(),
        "report": str(folder / "report.json"),
        "worker": os.getpid() if worker is None else worker,
        "files": [
            {
                "blend": str(layout.blend),
                "source": str(layout.blend),
                "target": str(target or folder / "copy.blend"),
            }
        ],
    }
    (folder / "plan.json").write_text(json.dumps(plan), encoding="ascii")
    code, path = carry_out(folder / "plan.json"), folder / "report.json"
    report: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"is_done": False, "files": []}
    assert (code == 0) == report["is_done"]
    return report


def test_a_scene_that_nobody_has_is_told(tmp_path: Path, project: Path) -> None:
    shot = begin(project / "shot.blend")
    layout = plan_layout(shot, [], is_remapped=True)
    with pytest.raises(PackageError, match=r"The scene “Nobody” of .* cannot be made the one that a farm renders"):
        rewrite_paths(layout, shot, BLENDER, tmp_path, lambda: None, scene="Nobody")
