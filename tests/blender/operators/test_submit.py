# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole way, in a real Blender: the open scene goes to the local farm, and its frames come back."""

from __future__ import annotations

import importlib
import sqlite3
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import bpy
import numpy
import pytest
from PIL import Image

from renderjuice.tests.blender.scene_parts import compositor_of, output_node
from renderjuice.tests.support.farm import Farm


def pixels(path: Path) -> numpy.ndarray:
    with Image.open(path) as image:
        return numpy.asarray(image).copy()


def render_here(folder: Path, frames: list[int]) -> list[Path]:
    """What this Blender makes of the open scene."""
    paths = []
    scene = bpy.context.scene
    before = scene.render.filepath, scene.frame_current
    for frame in frames:
        path = folder / f"{frame:04d}.png"
        scene.frame_set(frame)
        scene.render.filepath = str(path)
        bpy.ops.render.render(write_still=True)
        paths.append(path)
    scene.render.filepath = before[0]
    scene.frame_set(before[1])
    return paths


def test_frames_equal_those_rendered_here(project: Path) -> None:
    here = render_here(project / "here", [1, 2, 3])
    assert bpy.ops.renderjuice.submit(output_dir=str(project / "farm"), wait=True) == {"FINISHED"}
    arrived = sorted((project / "farm").iterdir())
    assert [path.name for path in arrived] == ["0001.png", "0002.png", "0003.png"]
    for ours, theirs in zip(here, arrived, strict=True):
        assert numpy.array_equal(pixels(ours), pixels(theirs)), theirs.name
    assert not numpy.array_equal(pixels(arrived[0]), pixels(arrived[2])), "the scene does not move"


def textured(folder: Path, name: str, color: tuple[float, float, float, float]) -> bpy.types.Material:
    """A material that shines with an image file of `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    image = bpy.data.images.new(name, 8, 8)
    image.pixels = list(color) * 64
    image.filepath_raw = str(folder / f"{name}.png")
    image.file_format = "PNG"
    image.save()
    material = bpy.data.materials.new(name)
    if bpy.app.version < (5, 0, 0):  # later there is nothing but nodes
        material.use_nodes = True
    tree = material.node_tree
    tree.nodes.clear()
    texture = tree.nodes.new("ShaderNodeTexImage")
    texture.image = bpy.data.images.load(str(folder / f"{name}.png"))
    bpy.data.images.remove(image)
    emission, output = tree.nodes.new("ShaderNodeEmission"), tree.nodes.new("ShaderNodeOutputMaterial")
    tree.links.new(texture.outputs["Color"], emission.inputs["Color"])
    tree.links.new(emission.outputs[0], output.inputs["Surface"])
    return material


def add_ball(material: bpy.types.Material, place: tuple[float, float, float], name: str) -> bpy.types.Object:
    bpy.ops.mesh.primitive_uv_sphere_add(location=place, segments=12, ring_count=6)
    ball = bpy.context.object
    ball.name = name
    ball.data.materials.append(material)
    return ball


def make_library(folder: Path) -> Path:
    """A library with a ball whose texture lies in a folder of the library's own."""
    bpy.ops.wm.read_homefile(use_factory_startup=False)
    add_ball(textured(folder / "maps", "library", (0.1, 0.9, 0.1, 1.0)), (0.0, 0.0, 0.0), "Library Ball")
    path = folder / "ball.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    bpy.ops.file.make_paths_relative()
    bpy.ops.wm.save_mainfile()
    return path


def test_texture_font_and_library_travel_along(project: Path, farm: Farm, tmp_path: Path) -> None:
    library = make_library(project / "library")
    bpy.ops.wm.open_mainfile(filepath=str(project / "shot.blend"))
    with bpy.data.libraries.load(str(library), link=True) as (offered, wanted):
        wanted.objects = offered.objects[:]
    ball = bpy.data.objects["Library Ball"]
    bpy.context.scene.collection.objects.link(ball)
    add_ball(textured(project / "textures", "own", (0.9, 0.1, 0.1, 1.0)), (1.5, -1.5, 0.0), "Own Ball")
    bpy.ops.wm.save_mainfile()
    bpy.ops.file.make_paths_relative()
    bpy.ops.wm.save_mainfile()
    (here,) = render_here(project / "here", [1])

    assert bpy.ops.renderjuice.submit(frames="1", output_dir=str(project / "farm"), wait=True) == {"FINISHED"}
    assert numpy.array_equal(pixels(here), pixels(project / "farm" / "0001.png"))
    uploaded = [request for request in farm.requests() if request["method"] == "PUT"]
    assert uploaded, "nothing was uploaded"
    assert not [request for request in farm.requests() if request["violation"]]


@pytest.mark.parametrize("is_there", [False, True])
def test_what_cannot_be_read_is_in_the_notes_of_a_job_that_is_sent_without(
    project: Path, jobs: ModuleType, is_there: bool
) -> None:
    add_ball(textured(project / "textures", "own", (0.9, 0.1, 0.1, 1.0)), (1.5, -1.5, 0.0), "Own Ball")
    lost = project / "textures" / "own.png"
    if is_there:
        lost.write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    else:
        lost.unlink()
    before = len(jobs.session().journal.jobs())
    with pytest.raises(RuntimeError, match=r"own\.png"):
        bpy.ops.renderjuice.submit(frames="1", output_dir=str(project / "farm"))
    bpy.ops.renderjuice.submit(frames="1", output_dir=str(project / "farm"), without_files=True)
    job = jobs.session().journal.jobs()[0]
    assert len(jobs.session().journal.jobs()) == before + 1
    assert f"Sent without the file {lost}." in job.notes
    bpy.ops.renderjuice.cancel(job=job.id)


def test_current_frame_only(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    scene = bpy.context.scene
    scene.frame_set(5)
    scene.frame_start = scene.frame_end = 5
    bpy.ops.renderjuice.submit(still=True, output_dir=str(project / "farm"), wait=True)
    assert [path.name for path in (project / "farm").iterdir()] == ["0005.png"]
    # that something moves was not forgotten
    assert "Warning:" not in capfd.readouterr().out


def test_overrides_of_the_scene_and_of_the_call(project: Path, jobs: ModuleType) -> None:
    overrides = bpy.context.scene.renderjuice
    overrides.use_resolution, overrides.resolution = True, (20, 10)
    overrides.use_sample_count, overrides.sample_count = True, 3
    bpy.ops.renderjuice.submit(frames="2", output_dir=str(project / "farm"), sample_count=1, wait=True)
    assert pixels(project / "farm" / "0002.png").shape[:2] == (10, 20)
    job = jobs.session().journal.jobs()[0]
    assert (job.config.sample_count, job.config.resolution) == (1, (20, 10))
    assert bpy.context.scene.cycles.samples == 2


def test_the_open_file_stays_as_it_was(project: Path) -> None:
    scene = bpy.context.scene
    bpy.context.view_layer.objects.active = bpy.data.objects["Camera"]
    for thing in scene.objects:
        thing.select_set(thing.name == "Light")
    bpy.data.objects["Cube"].location.x = 0.25

    def state() -> dict[str, Any]:
        return {
            "path": bpy.data.filepath,
            "dirty": bpy.data.is_dirty,
            "packs itself": bpy.data.use_autopack,
            "file": (Path(bpy.data.filepath).stat().st_mtime_ns, Path(bpy.data.filepath).stat().st_size),
            "beside": sorted(path.name for path in project.iterdir()),
            "selected": sorted(thing.name for thing in bpy.context.selected_objects),
            "active": bpy.context.view_layer.objects.active.name,
            "frame": scene.frame_current,
            "place": tuple(bpy.data.objects["Cube"].location),
            "render": {
                name: str(getattr(scene.render, name))
                for name in scene.render.bl_rna.properties.keys()  # noqa: SIM118
                if scene.render.bl_rna.properties[name].type not in {"POINTER", "COLLECTION"}
            },
            "images": sorted((image.name, image.filepath, bool(image.packed_file)) for image in bpy.data.images),
        }

    image = textured(project / "textures", "own", (0.9, 0.1, 0.1, 1.0)).node_tree.nodes["Image Texture"].image
    image.filepath = bpy.path.relpath(image.filepath)
    bpy.data.use_autopack = True
    before = state()
    bpy.ops.renderjuice.submit(frames="1", output_dir=str(project.parent / "elsewhere"), wait=True)
    assert state() == before
    assert not image.packed_file


def test_what_is_sent_is_what_is_on_screen_not_what_is_on_disk(project: Path) -> None:
    bpy.data.objects["Cube"].hide_render = True
    (here,) = render_here(project / "here", [1])
    bpy.ops.renderjuice.submit(frames="1", output_dir=str(project / "farm"), wait=True)
    assert numpy.array_equal(pixels(here), pixels(project / "farm" / "0001.png"))


def test_a_movie_becomes_frames(
    project: Path, jobs: ModuleType, extension_name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    image_settings = bpy.context.scene.render.image_settings
    if hasattr(image_settings, "media_type"):
        image_settings.media_type = "VIDEO"
    image_settings.file_format = "FFMPEG"
    bpy.ops.renderjuice.submit(frames="1-2", output_dir=str(project / "farm"), wait=True)
    names = sorted(path.name for path in (project / "farm").iterdir())
    assert [Path(name).suffix for name in names] == [".png", ".png"]
    told = capfd.readouterr().out
    assert "movie" in told
    sentence = importlib.import_module(f"{extension_name}.scene.config.notices").MOVIE.sentence
    assert told.count(sentence) == 1
    assert jobs.session().journal.jobs()[0].notes == (sentence,)


def test_compositor_files_lie_below_the_output_folder(project: Path) -> None:
    tree = compositor_of(bpy.context.scene)
    output, file_output = output_node(tree), tree.nodes.new("CompositorNodeOutputFile")
    if hasattr(file_output, "file_output_items"):
        file_output.directory, file_output.file_name = "//passes", "depth"
        file_output.file_output_items.new("RGBA", "image")
    else:
        file_output.base_path = "//passes"
        file_output.file_slots[0].path = "depth"
    layers = tree.nodes.new("CompositorNodeRLayers")
    tree.links.new(layers.outputs["Image"], output.inputs[0])
    tree.links.new(layers.outputs["Image"], file_output.inputs[0])
    bpy.ops.renderjuice.submit(frames="1-2", output_dir=str(project / "farm"), wait=True)
    assert len([path for path in (project / "farm").iterdir() if path.is_file()]) == 2
    extra = [path for path in (project / "farm").rglob("*") if path.is_file() and path.parent != project / "farm"]
    assert len(extra) == 2, extra


def test_without_waiting_the_job_goes_on_by_itself(
    project: Path, jobs: ModuleType, wait_for: Callable[..., Any]
) -> None:
    assert bpy.ops.renderjuice.submit(frames="1-2", output_dir=str(project / "farm")) == {"FINISHED"}
    session = jobs.session()
    job = session.journal.jobs()[0]
    assert job.is_live
    assert not list((project / "farm").iterdir())
    ended = wait_for(job)
    assert ended.stage == "done"
    assert len(list((project / "farm").iterdir())) == 2
    assert not session.home.submission(job.id).exists(), "the snapshot and the package are left behind"


@contextmanager
def written_by_a_newer_version(session: Any) -> Iterator[None]:
    """Have the list of jobs hold one that this version cannot read."""
    with closing(sqlite3.connect(session.home.journal, isolation_level=None)) as journal:
        (job_id,) = journal.execute("SELECT id FROM jobs WHERE stage = 'done'").fetchone()
        (failure,) = journal.execute("SELECT failure FROM jobs WHERE id = ?", (job_id,)).fetchone()
        change = "UPDATE jobs SET revision = (SELECT revision FROM counter), failure = ? WHERE id = ?"
        journal.execute("UPDATE counter SET revision = revision + 1")
        journal.execute(change, ('{"stage": "dreaming"}', job_id))
        yield
        journal.execute("UPDATE counter SET revision = revision + 1")
        journal.execute(change, (failure, job_id))


def test_a_job_goes_on_its_way_while_the_list_cannot_be_read(project: Path, jobs: ModuleType) -> None:
    bpy.ops.renderjuice.submit(frames="1", output_dir=str(project / "first"), wait=True)
    with written_by_a_newer_version(jobs.session()):
        with pytest.raises(jobs.JournalError, match="Update the extension"):
            jobs.look_again()
        assert bpy.ops.renderjuice.submit(frames="2", output_dir=str(project / "farm"), wait=True) == {"FINISHED"}
    assert [path.name for path in (project / "farm").iterdir()] == ["0002.png"]
    jobs.look_again()
    assert len([job for job in jobs.jobs() if job.output_dir == project / "farm"]) == 1


def test_frames_lie_beside_the_file_by_default(project: Path, jobs: ModuleType) -> None:
    bpy.ops.renderjuice.submit(frames="1", wait=True)
    job = jobs.session().journal.jobs()[0]
    assert job.output_dir.parent == project / "renderjuice"
    assert [path.name for path in job.output_dir.iterdir()] == ["0001.png"]


def test_the_two_buttons_say_which_frames_they_send(project: Path) -> None:
    scene, submit = bpy.context.scene, bpy.types.RENDERJUICE_OT_submit
    scene.frame_set(2)
    animation, frame = SimpleNamespace(still=False), SimpleNamespace(still=True)
    assert "fetch frames 1-3 when" in submit.description(bpy.context, animation)
    assert "fetch frame 2 only when" in submit.description(bpy.context, frame)
    scene.renderjuice.use_frame_ranges, scene.renderjuice.frame_ranges = True, "7, 9"
    assert "fetch frames 7, 9 when" in submit.description(bpy.context, animation)


def test_connection(preferences: Any) -> None:
    assert bpy.ops.renderjuice.test_connection() == {"FINISHED"}
    preferences.api_key = "RJ-not-this-one"
    with pytest.raises(RuntimeError, match="API key is not accepted"):
        bpy.ops.renderjuice.test_connection()


def test_refresh(project: Path) -> None:
    assert bpy.ops.renderjuice.refresh() == {"FINISHED"}


def test_blender_itself_loads_no_network_library(extension_name: str, project: Path) -> None:
    """`requests` is for the worker: what Blender's own process loads is listed by the modules that import it."""
    for name in (
        "api.client",
        "api.http",
        "api.storage",
        "jobs.worker.loop",
        "jobs.worker.pipeline",
        "jobs.worker.fetching.download",
    ):
        assert f"{extension_name}.{name}" not in sys.modules


def test_package_keeps_the_projects_tree(project: Path, extension_name: str, tmp_path: Path) -> None:
    add_ball(textured(project / "textures", "own", (0.9, 0.1, 0.1, 1.0)), (0.0, 0.0, 0.0), "Ball")
    bpy.ops.wm.save_mainfile()
    bpy.ops.file.make_paths_relative()
    dependencies = importlib.import_module(f"{extension_name}.scene.dependencies.scan")
    snapshot = importlib.import_module(f"{extension_name}.scene_edits.snapshot")
    layout = importlib.import_module(f"{extension_name}.package_layout.layout")
    path_use = importlib.import_module(f"{extension_name}.package_layout.path_use")
    package = importlib.import_module(f"{extension_name}.jobs.packaging.package")
    found = dependencies.find_dependencies(bpy.context.scene, (1,))
    assert found.files == (str(project / "textures" / "own.png"),)
    assert not found.missing
    assert not found.refused
    folder = project / "package"
    snapshot.save_snapshot(folder / "snapshot" / "shot.blend")
    texture = project / "textures" / "own.png"
    use = path_use.PathUse(
        project / "shot.blend", "//textures/own.png", texture, (texture,), path_use.PathForm.RELATIVE
    )
    made = package.make_package(
        project / "shot.blend",
        folder / "snapshot" / "shot.blend",
        [texture],
        folder,
        lambda _done, _total: None,
        layout.plan_layout(project / "shot.blend", [use]),
    )
    with zipfile.ZipFile(made.path) as archive:
        assert archive.namelist() == ["shot.blend", "textures/own.png"]
        archive.extractall(tmp_path / "unpacked")
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "unpacked" / "shot.blend"))
    assert Path(bpy.path.abspath(bpy.data.images["own.png"].filepath)) == tmp_path / "unpacked" / "textures" / "own.png"
