# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames of the journal's jobs in the project: opened by an operator, opened when a job is done, and refreshed."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest
from PIL import Image

SIZE = 8


class JobInJournal:
    """A job in the extension's own journal, whose frames come when a test says so."""

    def __init__(self, extension: str, folder: Path, frames: tuple[int, ...], name: str = "shot") -> None:
        self.records = importlib.import_module(f"{extension}.jobs.records")
        self.live_jobs = importlib.import_module(f"{extension}.live.jobs")
        config = importlib.import_module(f"{extension}.api.render_config").RenderConfig()
        self.id, self.output_dir = uuid.uuid4().hex, folder / "renders"
        self.output_dir.mkdir(parents=True)
        self.journal.add(
            self.records.Submission(
                job_id=self.id,
                name=name,
                scene="Scene",
                blend=folder / "shot.blend",
                snapshot=folder / "snapshot.blend",
                frames=frames,
                config=config,
                output_dir=self.output_dir,
                api_url="http://127.0.0.1:9/api",
            )
        )
        self.move("RENDERING")

    @property
    def journal(self) -> Any:
        return self.live_jobs.session().journal

    def move(self, stage: str) -> None:
        """Bring the job to a stage, and have Blender's side see it as the timer does."""
        self.journal.update(self.id, stage=self.records.Stage[stage])
        self.live_jobs.look_again()

    def receive(self, *frames: int) -> None:
        """Have frames come, and have Blender's side see it."""
        for frame in frames:
            path = self.output_dir / f"{frame:04d}.png"
            Image.new("RGB", (SIZE, SIZE), (frame, frame, frame)).save(path)
            status = path.stat()
            self.journal.add_output(
                self.records.OutputRecord(self.id, path.name, path, status.st_size, status.st_mtime_ns, "frame")
            )
        self.journal.update(self.id, frames_downloaded=len(self.journal.outputs(self.id)))
        self.live_jobs.look_again()


@pytest.fixture
def arrivals(extension_name: str) -> ModuleType:
    return importlib.import_module(f"{extension_name}.live.arrivals")


@pytest.fixture
def job(extension_name: str, tmp_path: Path) -> Iterator[JobInJournal]:
    """A job of the open file that renders frames 1 to 4. Nothing is asked of any service."""
    bpy.context.preferences.system.use_online_access = False
    bpy.ops.wm.read_homefile(use_factory_startup=False)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    bpy.context.scene.renderjuice.open_with = "COMPOSITOR"
    bpy.ops.ed.undo_push(message="Before")
    job = JobInJournal(extension_name, tmp_path, (1, 2, 3, 4))
    yield job
    for each in job.journal.jobs():
        job.journal.remove(each.id)
    job.live_jobs.look_again()


def tree() -> Any:
    scene = bpy.context.scene
    return scene.compositing_node_group if hasattr(scene, "compositing_node_group") else scene.node_tree


def nodes() -> list[Any]:
    return [node for node in tree().nodes if node.bl_idname == "CompositorNodeImage"] if tree() is not None else []


def serve(arrivals: ModuleType) -> None:
    """Do what the timer does, which does not run in background mode, until it has nothing to do."""
    for _ in range(100):
        if arrivals.serve() is None:
            return
    pytest.fail("the timer never ends")


def images() -> list[str]:
    return [image.name for image in bpy.data.images if image.type == "IMAGE" and image.source != "VIEWER"]


# -- operators --------------------------------------------------------------------------------------------------------


def test_frames_open_as_the_scene_says_or_as_asked(job: JobInJournal) -> None:
    job.receive(1, 2, 3)
    assert bpy.ops.renderjuice.open_frames(job=job.id) == {"FINISHED"}
    assert [node.frame_duration for node in nodes()] == [3]
    assert bpy.ops.renderjuice.open_frames(how="MOVIE_CLIP") == {"FINISHED"}
    assert [clip.name for clip in bpy.data.movieclips] == ["shot"]
    bpy.context.scene.renderjuice.open_with = "NOTHING"
    assert bpy.ops.renderjuice.open_frames() == {"FINISHED"}
    assert images() == ["Scene 1-4"]


def test_reasons_why_nothing_is_opened(job: JobInJournal) -> None:
    with pytest.raises(RuntimeError, match="There is no job nobody in the list"):
        bpy.ops.renderjuice.open_frames(job="nobody")
    with pytest.raises(RuntimeError, match="No frame of “shot” is here yet"):
        bpy.ops.renderjuice.open_frames(job=job.id)
    job.move("CANCELED")
    with pytest.raises(RuntimeError, match="“shot” is over: canceled, and none of its frames is here"):
        bpy.ops.renderjuice.open_frames(job=job.id)
    job.receive(1, 2)
    for path in job.output_dir.iterdir():
        path.unlink()
    with pytest.raises(RuntimeError, match=r"“shot” are not where they were put any more\..*Download"):
        bpy.ops.renderjuice.open_frames(job=job.id)
    job.journal.remove(job.id)
    with pytest.raises(RuntimeError, match="There is no job yet"):
        bpy.ops.renderjuice.open_frames()
    assert images() == []


@pytest.mark.parametrize("how", ["IMAGE_EDITOR", "SEQUENCER", "COMPOSITOR", "MOVIE_CLIP"])
def test_one_undo_takes_opened_frames_away(job: JobInJournal, how: str) -> None:
    job.receive(1, 2)
    bpy.ops.renderjuice.open_frames("EXEC_DEFAULT", True, job=job.id, how=how)
    bpy.ops.ed.undo()
    assert (images(), nodes(), list(bpy.data.movieclips)) == ([], [], [])
    editor = bpy.context.scene.sequence_editor
    assert editor is None or not (editor.strips if hasattr(editor, "strips") else editor.sequences)
    assert [scene.name for scene in bpy.data.scenes] == ["Scene"]
    bpy.ops.ed.redo()
    job.receive(3)
    bpy.ops.renderjuice.open_frames(job=job.id, how=how)


def test_folder_is_opened_by_the_system(job: JobInJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    program = programs / "xdg-open"
    program.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n')
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    assert bpy.ops.renderjuice.open_folder(job=job.id) == {"FINISHED"}
    assert Path((tmp_path / "opened").read_text().strip()) == job.output_dir
    # a file browser that cannot be started, and none at all
    program.write_text("#!/bin/sh\nexit 3\n")
    for path in (programs, tmp_path / "nothing"):
        monkeypatch.setenv("PATH", str(path))
        with pytest.raises(RuntimeError, match="This computer opens no folder") as raised:
            bpy.ops.renderjuice.open_folder(job=job.id)
        assert str(job.output_dir) in str(raised.value) and "Traceback" not in str(raised.value)
    shutil.rmtree(job.output_dir)
    with pytest.raises(RuntimeError, match="The folder of “shot” is gone"):
        bpy.ops.renderjuice.open_folder(job=job.id)


# -- by themselves ----------------------------------------------------------------------------------------------------


def test_frames_open_once_when_the_job_is_done(job: JobInJournal, arrivals: ModuleType) -> None:
    job.receive(1, 2, 3, 4)
    serve(arrivals)
    assert nodes() == []
    job.move("DONE")
    serve(arrivals)
    assert [node.frame_duration for node in nodes()] == [4]
    assert any("given compositor nodes" in note for note in job.journal.job(job.id).notes)
    assert arrivals.serve() is None
    bpy.ops.ed.undo()
    assert (nodes(), images()) == ([], [])
    # the same frames fetched again
    job.move("DOWNLOADING")
    job.move("DONE")
    serve(arrivals)
    assert (nodes(), images()) == ([], [])


def test_job_that_was_done_before_anybody_looked_opens_nothing(job: JobInJournal, arrivals: ModuleType) -> None:
    job.receive(1, 2)
    job.live_jobs._state.seen.clear()
    for stage in ("DONE", "DOWNLOADING", "DONE"):
        job.move(stage)
        serve(arrivals)
    assert nodes() == []


@pytest.mark.parametrize("change", ["nothing wanted", "other file", "new file", "scene renamed", "frames deleted"])
def test_nothing_opens_where_it_does_not_belong(
    job: JobInJournal, arrivals: ModuleType, tmp_path: Path, change: str
) -> None:
    job.receive(1, 2, 3, 4)
    job.move("DONE")
    match change:
        case "nothing wanted":
            bpy.context.scene.renderjuice.open_with = "NOTHING"
        case "other file":
            bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "other.blend"))
        case "new file":
            bpy.ops.wm.read_homefile(use_factory_startup=False)
        case "scene renamed":
            bpy.context.scene.name = "Other"
        case "frames deleted":
            shutil.rmtree(job.output_dir)
    serve(arrivals)
    assert (nodes(), images()) == ([], [])
    assert arrivals.serve() is None
    told = any("Download" in note for note in job.journal.job(job.id).notes)
    assert told == (change == "frames deleted")


def test_what_is_shown_grows_while_the_job_renders(job: JobInJournal, arrivals: ModuleType) -> None:
    job.receive(2)
    assert arrivals.serve() is None
    bpy.ops.renderjuice.open_frames(job=job.id)
    job.receive(3)
    serve(arrivals)
    assert [(node.frame_start, node.frame_duration) for node in nodes()] == [(2, 2)]
    job.receive(1, 4)
    serve(arrivals)
    assert [(node.frame_start, node.frame_duration) for node in nodes()] == [(1, 4)]
    job.move("DONE")
    serve(arrivals)
    assert len(nodes()) == 1


def test_shown_frames_are_known_again_in_a_file_that_was_opened(
    job: JobInJournal, arrivals: ModuleType, tmp_path: Path
) -> None:
    job.receive(1, 2)
    bpy.ops.renderjuice.open_frames(job=job.id)
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.read_homefile(use_factory_startup=False)
    job.receive(3)
    serve(arrivals)
    assert images() == []
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "shot.blend"))
    job.receive(4)
    serve(arrivals)
    assert [node.frame_duration for node in nodes()] == [4]


def test_removed_job_leaves_what_is_shown(job: JobInJournal, arrivals: ModuleType) -> None:
    job.receive(1, 2)
    bpy.ops.renderjuice.open_frames(job=job.id)
    job.receive(3)
    job.journal.remove(job.id)
    job.live_jobs.look_again()
    serve(arrivals)
    assert [node.frame_duration for node in nodes()] == [2]


# -- in the artist's file ---------------------------------------------------------------------------------------------


def editor_space() -> Any:
    """The space of an Image Editor."""
    area = bpy.context.window.screen.areas[0]
    area.ui_type = "IMAGE_EDITOR"
    return area.spaces.active


@pytest.mark.parametrize("between", ["nothing", "undo", "another job"])
def test_frames_that_are_only_looked_at_are_not_saved(
    extension_name: str, job: JobInJournal, tmp_path: Path, between: str
) -> None:
    space = editor_space()
    job.receive(1, 2)
    bpy.ops.renderjuice.open_frames("EXEC_DEFAULT", True, job=job.id, how="IMAGE_EDITOR")
    if between == "undo":
        bpy.context.scene.frame_end = 99
        bpy.ops.ed.undo_push(message="After")
        bpy.ops.ed.undo()
        space = editor_space()
    elif between == "another job":
        other = JobInJournal(extension_name, tmp_path / "other", (7,), "other")
        other.receive(7)
        bpy.ops.renderjuice.open_frames(job=other.id, how="IMAGE_EDITOR")
    assert images() == ["Scene 7" if between == "another job" else "Scene 1-4"]
    bpy.ops.wm.save_mainfile()
    # it is shown all the same, and more frames are, too
    assert space.image is not None and space.image.name == images()[0]
    job.receive(3)
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "shot.blend"))
    assert images() == []


@pytest.mark.parametrize("keeper", ["node", "fake user", "compositor"])
def test_frames_that_are_used_are_saved(job: JobInJournal, tmp_path: Path, keeper: str) -> None:
    editor_space()
    job.receive(1, 2)
    bpy.ops.renderjuice.open_frames(job=job.id, how="COMPOSITOR" if keeper == "compositor" else "IMAGE_EDITOR")
    image = bpy.data.images["Scene 1-4"]
    if keeper == "fake user":
        image.use_fake_user = True
    elif keeper == "node":
        material = bpy.data.materials.new("Artist's")
        if material.node_tree is None:
            material.use_nodes = True
        material.node_tree.nodes.new("ShaderNodeTexImage").image = image
        bpy.data.objects["Cube"].data.materials.append(material)
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "shot.blend"))
    assert images() == ["Scene 1-4"]
    assert bpy.data.images["Scene 1-4"].filepath == "//renders/0001.png"


def test_nothing_is_loaded_where_no_editor_shows_it(job: JobInJournal, arrivals: ModuleType) -> None:
    bpy.context.scene.renderjuice.open_with = "IMAGE_EDITOR"
    job.receive(1, 2, 3, 4)
    bpy.context.scene.frame_end = 77
    bpy.ops.ed.undo_push(message="Artist's")
    job.move("DONE")
    serve(arrivals)
    assert images() == []
    # no step of Undo was added
    bpy.ops.ed.undo()
    assert bpy.context.scene.frame_end != 77
    # it is there when somebody asks
    assert bpy.ops.renderjuice.open_frames(job=job.id, how="IMAGE_EDITOR") == {"FINISHED"}
    assert images() == ["Scene 1-4"]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("how", ["IMAGE_EDITOR", "SEQUENCER", "COMPOSITOR", "MOVIE_CLIP"])
def test_opened_frames_are_not_sent(job: JobInJournal, tmp_path: Path, how: str, count: int) -> None:
    editor_space()
    job.receive(*range(1, count + 1))
    bpy.ops.renderjuice.open_frames(job=job.id, how=how)
    assert sent(tmp_path) == ["shot.blend"]
    image = next((image for image in bpy.data.images if "renderjuice_job" in image), None)
    if image is not None:
        show_on_cube(image)
        assert "0001.png" in sent(tmp_path)


def show_on_cube(image: bpy.types.Image) -> None:
    """Have a material of the cube show an image."""
    material = bpy.data.objects["Cube"].data.materials[0]
    if material.node_tree is None:
        material.use_nodes = True
    node = material.node_tree.nodes.new("ShaderNodeTexImage")
    node.image = image
    material.node_tree.links.new(node.outputs[0], material.node_tree.nodes["Principled BSDF"].inputs[0])


def sent(folder: Path) -> list[str]:
    """The names of the files that a submission would send."""
    bpy.ops.renderjuice.list_files(filepath=str(folder / "list.json"))
    listed = json.loads((folder / "list.json").read_text(encoding="utf-8"))
    return sorted(Path(each["path"]).name for each in listed["files"])


def test_frames_that_are_only_fetched_again_do_not_open_themselves(job: JobInJournal, arrivals: ModuleType) -> None:
    """The job was done before this Blender was there, which sees the end of a download only."""
    job.journal.update(job.id, done=1.0, stage=job.records.Stage.DOWNLOADING)
    job.receive(1, 2, 3, 4)
    job.move("DONE")
    serve(arrivals)
    assert nodes() == []
