# SPDX-License-Identifier: GPL-3.0-or-later
"""What cannot work is refused with one clear sentence; what stops on its way is kept, and goes on with a retry."""

from __future__ import annotations

import importlib
import os
import re
import signal
import socket
import sys
import threading
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from renderjuice.tests.support.farm import API_KEY, Farm, running_farm


def submit(project: Path, **arguments: Any) -> set[str]:
    return set(bpy.ops.renderjuice.submit(frames="1", output_dir=str(project / "farm"), wait=True, **arguments))


def submit_something_long(project: Path) -> None:
    """A job that is still being rendered when the test comes to it."""
    bpy.ops.renderjuice.submit(
        frames="1-500", output_dir=str(project / "farm"), sample_count=500, resolution=(200, 100)
    )


def newest_job(jobs: ModuleType) -> Any:
    return jobs.session().journal.jobs()[0]


@contextmanager
def refused(sentence: str, jobs: ModuleType) -> Iterator[None]:
    """A submission that is refused before anything is written down."""
    before = {job.id for job in jobs.session().journal.jobs()}
    with pytest.raises(RuntimeError, match=sentence) as raised:
        yield
    assert len(str(raised.value).strip().splitlines()) == 1, raised.value
    assert {job.id for job in jobs.session().journal.jobs()} == before


def test_no_key(project: Path, preferences: Any, jobs: ModuleType) -> None:
    preferences.api_key = ""
    with refused(r"There is no API key for 127.0.0.1: enter it in the add-on's preferences", jobs):
        submit(project)


def test_wrong_key_then_the_right_one(project: Path, preferences: Any, jobs: ModuleType) -> None:
    preferences.api_key = "RJ-wrong"
    with pytest.raises(RuntimeError, match=r"API key is not accepted. Paste it again"):
        submit(project)
    job = newest_job(jobs)
    assert (job.stage, job.failure.kind) == ("failed", "wrong_key")
    preferences.api_key = API_KEY
    assert bpy.ops.renderjuice.retry(job=job.id, wait=True) == {"FINISHED"}
    assert (project / "farm" / "0001.png").is_file()
    assert "RJ-wrong" not in str(newest_job(jobs))


def test_online_access_off(project: Path, jobs: ModuleType) -> None:
    bpy.context.preferences.system.use_online_access = False
    with refused(r"enable online access in System preferences", jobs):
        submit(project)


def test_online_access_that_a_script_allows_later(project: Path, jobs: ModuleType) -> None:
    jobs.close_session()
    bpy.context.preferences.system.use_online_access = False
    jobs.session()
    bpy.context.preferences.system.use_online_access = True
    assert submit(project) == {"FINISHED"}


def test_no_server_then_there_is_one(project: Path, preferences: Any, jobs: ModuleType) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    preferences.server = f"http://127.0.0.1:{port}/api/external/v1"
    preferences.api_key = API_KEY
    with pytest.raises(RuntimeError, match=r"cannot be reached.*Check the internet connection"):
        submit(project)
    job = newest_job(jobs)
    assert job.failure.stage == "uploading"
    version = ".".join(str(number) for number in bpy.app.version[:2])
    with running_farm({version: sys.executable}, port=port):
        assert bpy.ops.renderjuice.retry(job=job.id, wait=True) == {"FINISHED"}
    assert (project / "farm" / "0001.png").is_file()


@contextmanager
def server_that_answers(body: bytes, content_type: str) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(200)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api/external/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"<html><body>Please log in</body></html>", "A web page came instead.*Check the API address"),
        (b"", "answered with nothing.*Check the API address"),
    ],
    ids=["web-page", "nothing"],
)
def test_server_that_is_another_one(
    project: Path, preferences: Any, jobs: ModuleType, body: bytes, sentence: str
) -> None:
    with server_that_answers(body, "text/html") as url:
        preferences.server = url
        preferences.api_key = API_KEY
        with pytest.raises(RuntimeError, match=sentence):
            submit(project)
    assert newest_job(jobs).failure.kind == "unexpected_answer"


def test_plain_http_elsewhere(project: Path, preferences: Any, jobs: ModuleType) -> None:
    preferences.server = "http://farm.example.com/api/external/v1"
    preferences.api_key = API_KEY
    with refused(r"farm.example.com is not secure", jobs):
        submit(project)


def test_never_saved(preferences: Any, jobs: ModuleType, tmp_path: Path) -> None:
    bpy.ops.wm.read_homefile(use_factory_startup=False)
    with refused(r"never saved.*Save the file first, or give an output folder", jobs):
        bpy.ops.renderjuice.submit(frames="1")


def test_never_saved_with_an_output_folder(preferences: Any, jobs: ModuleType, tmp_path: Path) -> None:
    bpy.ops.wm.read_homefile(use_factory_startup=False)
    scene = bpy.context.scene
    scene.render.engine, scene.cycles.samples, scene.cycles.use_denoising = "CYCLES", 1, False
    scene.render.resolution_x, scene.render.resolution_y = 16, 16
    submit(tmp_path)
    assert (tmp_path / "farm" / "0001.png").is_file()
    assert bpy.data.filepath == ""


def test_no_camera(project: Path, jobs: ModuleType) -> None:
    bpy.data.objects.remove(bpy.data.objects["Camera"])
    with refused(r"no camera. Add a camera", jobs):
        submit(project)


def test_engine_that_a_farm_cannot_know(project: Path, jobs: ModuleType) -> None:
    class Engine(bpy.types.RenderEngine):
        bl_idname = "HOMEGROWN"
        bl_label = "Homegrown"

    bpy.utils.register_class(Engine)
    try:
        bpy.context.scene.render.engine = "HOMEGROWN"
        with refused(r"HOMEGROWN.*Choose Cycles, EEVEE or Workbench", jobs):
            submit(project)
    finally:
        bpy.context.scene.render.engine = "CYCLES"
        bpy.utils.unregister_class(Engine)


def test_frame_list_that_is_none(project: Path, jobs: ModuleType) -> None:
    with refused(r"12a", jobs):
        bpy.ops.renderjuice.submit(frames="1-5, 12a", output_dir=str(project / "farm"), wait=True)


def test_output_folder_that_cannot_be_written(project: Path, jobs: ModuleType) -> None:
    (project / "a file").write_text("in the way")
    with refused(r"a file/farm cannot be written.*Choose another output folder", jobs):
        bpy.ops.renderjuice.submit(frames="1", output_dir=str(project / "a file" / "farm"), wait=True)


def add_image(path: Path, *, exists: bool) -> bpy.types.Image:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = bpy.data.images.new(path.stem, 4, 4)
    image.filepath_raw = str(path)
    image.file_format = "PNG"
    image.save()
    image.source = "FILE"
    world = bpy.context.scene.world = bpy.data.worlds.new(image.name)
    if world.node_tree is None:
        # from 5.0 on it has nodes from the start
        world.use_nodes = True
    texture = world.node_tree.nodes.new("ShaderNodeTexEnvironment")
    texture.image = image
    sky = next(node for node in world.node_tree.nodes if node.type == "BACKGROUND")
    world.node_tree.links.new(texture.outputs["Color"], sky.inputs["Color"])
    if not exists:
        path.unlink()
    return image


def test_missing_texture(project: Path, jobs: ModuleType) -> None:
    image = add_image(project / "textures" / "gone.png", exists=False)
    image.filepath = "//textures/gone.png"
    with refused(r"Image “gone” is missing.*gone.png.*Find Missing Files", jobs):
        submit(project)


def test_image_with_unsaved_changes(project: Path, jobs: ModuleType) -> None:
    image = add_image(project / "textures" / "painted.png", exists=True)
    image.filepath = "//textures/painted.png"
    image.pixels[0] = 0.5
    image.update()
    with refused(r"painted.*changes that are not saved", jobs):
        submit(project)


def test_missing_files_of_other_kinds(project: Path, jobs: ModuleType) -> None:
    volume = bpy.data.volumes.new("Smoke")
    volume.filepath = "//smoke.vdb"
    bpy.context.scene.collection.objects.link(bpy.data.objects.new("Smoke", volume))
    with refused(r"Volume “Smoke” is missing", jobs):
        submit(project)
    bpy.data.volumes.remove(volume)
    image = add_image(project / "textures" / "eyes_L.png", exists=True)
    image.filepath = "//textures/eyes_L.png"
    image.use_multiview, image.views_format = True, "INDIVIDUAL"
    bpy.context.scene.render.use_multiview = True
    with refused(r"Image “eyes_L” is missing: there is no file .*eyes_R\.png", jobs):
        submit(project)
    bpy.context.scene.render.use_multiview = False
    bpy.data.images.remove(image)
    tree = bpy.data.node_groups.new("Import", "GeometryNodeTree")
    bpy.data.objects["Cube"].modifiers.new("Import", "NODES").node_group = tree
    if hasattr(bpy.types, "GeometryNodeImportOBJ"):  # from 4.4
        node = tree.nodes.new("GeometryNodeImportOBJ")
        node.inputs[0].default_value = "//thing.obj"
        tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
        tree.links.new(node.outputs[0], tree.nodes.new("NodeGroupOutput").inputs[0])
        with refused(r"“Import” is missing: there is no file .*thing\.obj", jobs):
            submit(project)


def test_what_no_render_reads_is_no_obstacle(project: Path, jobs: ModuleType) -> None:
    # not baked, and it names a folder all the same
    bpy.data.objects["Cube"].modifiers.new("Sea", "OCEAN")
    # without a user it is not saved with the file
    sound = bpy.data.sounds.load(str(write_wave(project / "gone.wav")))
    sound.filepath = "//gone.wav"
    (project / "gone.wav").unlink()
    assert sound.users == 0
    assert submit(project) == {"FINISHED"}


def write_wave(path: Path) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(bytes(800))
    return path


def test_nothing_is_left_of_a_job_that_no_worker_takes(extension_name: str, tmp_path: Path) -> None:
    submission = importlib.import_module(f"{extension_name}.jobs.records").Submission
    config = importlib.import_module(f"{extension_name}.api.render_config").RenderConfig()
    control = importlib.import_module(f"{extension_name}.jobs.client.session")
    home = importlib.import_module(f"{extension_name}.jobs.home").Home(tmp_path / "home")
    session = control.Session(home, python="/no/such/python")
    snapshot = home.create_submission("a job") / "shot.blend"
    snapshot.touch()
    hand_over = importlib.import_module(f"{extension_name}.live.submission").hand_over
    job = submission(
        "a job", "shot", "Scene", tmp_path / "shot.blend", snapshot, (1,), config, tmp_path, "http://127.0.0.1:9"
    )
    errors = importlib.import_module(f"{extension_name}.jobs.client.errors")
    with pytest.raises(errors.WorkerError, match="could not be started"):
        hand_over(session, job)
    assert session.journal.jobs() == ()
    assert not snapshot.exists()
    session.close()


def test_package_of_five_gibibytes(project: Path, jobs: ModuleType) -> None:
    image = add_image(project / "textures" / "huge.png", exists=True)
    image.filepath = "//textures/huge.png"
    with (project / "textures" / "huge.png").open("r+b") as file:
        file.truncate(5 * 1024**3)
    with pytest.raises(RuntimeError, match=r"takes files below 5 GiB"):
        submit(project)
    job = newest_job(jobs)
    assert (job.stage, job.slug, job.remote_id) == ("failed", None, None)
    with (project / "textures" / "huge.png").open("r+b") as file:
        file.truncate(100)
    with pytest.raises(RuntimeError, match=r"“huge\.png” changed after the job was submitted"):
        bpy.ops.renderjuice.retry(job=job.id, wait=True)
    assert bpy.ops.renderjuice.retry(job=job.id, wait=True) == {"FINISHED"}


def test_validation_that_fails(project: Path, jobs: ModuleType) -> None:
    # a sequencer needs no camera here, and the local farm insists on one
    scene = bpy.context.scene
    editor = scene.sequence_editor_create()
    strips = editor.strips if hasattr(editor, "strips") else editor.sequences
    end = {"length": 10} if bpy.app.version >= (5, 0, 0) else {"frame_end": 10}
    strips.new_effect(name="Red", type="COLOR", channel=1, frame_start=1, **end)
    bpy.data.objects.remove(bpy.data.objects["Camera"])
    with pytest.raises(RuntimeError, match=r"could not validate the scene.*camera.*Mend what it names"):
        submit(project)
    job = newest_job(jobs)
    assert (job.stage, job.status, job.failure.stage) == ("failed", "failed", "validating")


def test_canceled_here(project: Path, jobs: ModuleType) -> None:
    submit_something_long(project)
    job = newest_job(jobs)
    assert bpy.ops.renderjuice.cancel(job=job.id, wait=True) == {"FINISHED"}
    assert newest_job(jobs).stage == "canceled"
    with pytest.raises(RuntimeError, match=r"nothing to cancel"):
        bpy.ops.renderjuice.cancel(job=job.id)


def test_canceled_elsewhere_then_retried(
    project: Path, jobs: ModuleType, farm: Farm, wait_for: Callable[..., Any]
) -> None:
    submit_something_long(project)
    job = newest_job(jobs)
    session = jobs.session()

    canceled = []

    def cancel_once_rendering(now: Any) -> None:
        if now.status == "rendering" and not canceled:
            canceled.append(farm.call("POST", f"/jobs/{now.remote_id}/cancel"))

    ended = wait_for(job, cancel_once_rendering)
    assert (ended.stage, ended.failure.kind) == ("canceled", "canceled_elsewhere")
    assert "not from here" in ended.failure.message
    session.journal.update(job.id, frames=(1, 2), config=type(ended.config)(frame_ranges=("1-2",)))
    assert bpy.ops.renderjuice.retry(job=job.id, wait=True) == {"FINISHED"}
    assert {"0001.png", "0002.png"} <= {path.name for path in (project / "farm").iterdir()}


def test_render_that_fails(project: Path, jobs: ModuleType, farm: Farm, wait_for: Callable[..., Any]) -> None:
    submit_something_long(project)
    job = newest_job(jobs)

    def crash_blender(now: Any) -> None:
        if now.stage == "rendering" and now.frames_rendered:
            for pid in children_of(farm.pid):
                os.kill(pid, signal.SIGKILL)

    ended = wait_for(job, crash_blender)
    assert (ended.stage, ended.failure.kind) == ("failed", "render_failed")
    assert re.fullmatch(r"Blender crashed on the farm at frame \d+\.", ended.failure.message)


def children_of(pid: int) -> list[int]:
    """The processes that a process started, from Linux's own list."""
    return [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]


def test_a_file_that_is_not_the_jobs_is_never_overwritten(project: Path, jobs: ModuleType) -> None:
    folder = project / "farm"
    folder.mkdir()
    (folder / "0001.png").write_bytes(b"the artist's own")
    with pytest.raises(RuntimeError, match=r"its frames are in"):
        submit(project)
    assert (folder / "0001.png").read_bytes() == b"the artist's own"
    job = newest_job(jobs)
    assert job.stage == "done"
    assert [path.name for path in job.output_dir.iterdir()] == ["0001.png"]
    assert job.output_dir.parent == folder


def test_download_again_elsewhere(project: Path, jobs: ModuleType) -> None:
    submit(project)
    job = newest_job(jobs)
    assert bpy.ops.renderjuice.download(job=job.id, output_dir=str(project / "again"), wait=True) == {"FINISHED"}
    assert (project / "again" / "0001.png").read_bytes() == (project / "farm" / "0001.png").read_bytes()


def test_the_key_is_in_no_blend_and_no_preferences(
    project: Path, preferences: Any, jobs: ModuleType, tmp_path: Path
) -> None:
    assert API_KEY not in preferences.api_key
    bpy.context.preferences.filepaths.use_file_compression = False
    bpy.ops.wm.save_userpref()
    bpy.ops.wm.save_mainfile(compress=False)
    home = jobs.session().home
    # to close a file takes this process's locks from it, also those of SQLite: a worker that ends would remove the log
    jobs.close_session()
    user_files = [path for path in Path(bpy.utils.resource_path("USER")).rglob("*") if path.is_file()]
    holding = [path for path in [*user_files, project / "shot.blend"] if API_KEY.encode() in path.read_bytes()]
    assert holding in ([], [home.credentials])
    assert home.credentials.stat().st_mode & 0o077 == 0
    assert any(path.name == "userpref.blend" for path in user_files)
