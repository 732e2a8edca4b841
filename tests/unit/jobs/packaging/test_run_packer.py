# SPDX-License-Identifier: GPL-3.0-or-later
"""The process that rewrites paths: how it is started, how it ends, and what is told when it ends badly."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from renderjuice.jobs.packaging.run_packer import FOLDER_PREFIX, discard_copies, rewrite_paths
from renderjuice.messages.message import Message, to_json
from renderjuice.package_layout.layout import Layout, plan_layout
from renderjuice.package_layout.package_error import PackageError
from renderjuice.package_layout.path_use import PathForm, PathUse
from renderjuice.tests.support.waiting import until
from renderjuice.tests.unit.jobs.artist import is_running
from renderjuice.tests.unit.jobs.packaging.packer_programs import COPY, program


def nothing() -> None:
    """A check that never stops."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "submission"
    (folder / "snapshot").mkdir(parents=True)
    (folder / "snapshot" / "shot.blend").write_bytes(b"snapshot")
    return folder


@pytest.fixture
def snapshot(folder: Path) -> Path:
    return folder / "snapshot" / "shot.blend"


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """A scene and a library, both with an absolute path."""
    project = tmp_path / "project"
    project.mkdir()
    blend, library, texture = (project / name for name in ("shot.blend", "lib.blend", "wood.png"))
    library.write_bytes(b"library")
    texture.write_bytes(b"wood")
    uses = [
        PathUse(blend, "//lib.blend", library, (library,), PathForm.RELATIVE),
        PathUse(blend, str(texture), texture, (texture,), PathForm.ABSOLUTE),
        PathUse(library, str(texture), texture, (texture,), PathForm.ABSOLUTE),
    ]
    return plan_layout(blend, uses, is_remapped=True)


def test_the_copies_are_given(layout: Layout, snapshot: Path, folder: Path) -> None:
    copies = rewrite_paths(layout, snapshot, program(COPY), folder, nothing)
    assert [(path.name, copy.read_bytes()) for path, copy in copies.items()] == [
        ("shot.blend", b"snapshot rewritten"),
        ("lib.blend", b"library rewritten"),
    ]
    plan = json.loads(next(folder.glob("packer-*/plan.json")).read_text())
    assert Layout.from_json(plan["layout"]) == layout
    assert plan["worker"] == os.getpid()
    discard_copies(copies.values())
    assert not any(copy.exists() for copy in copies.values())
    # what the support bundle is made of stays
    assert next(folder.glob("packer-*/report.json")).exists()


def test_a_file_that_needs_no_copy_has_none(layout: Layout, snapshot: Path, folder: Path) -> None:
    code = COPY.replace('plan["files"]]', 'plan["files"][:1]]')
    assert [path.name for path in rewrite_paths(layout, snapshot, program(code), folder, nothing)] == ["shot.blend"]


def test_what_blender_reports_of_a_file_is_noted_once(layout: Layout, snapshot: Path, folder: Path) -> None:
    told = Message("Blender reports of {}, here as on the farm: {}.", "lib.blend", "a part is lost")
    code = COPY.replace("saved(file) for", f"saved(file) | {{'notes': [{to_json(told)!r}]}} for")
    notes: list[Message] = []
    assert len(rewrite_paths(layout, snapshot, program(code), folder, nothing, note=notes.append)) == 2
    assert notes == [told]


def test_what_an_earlier_run_left_is_removed(layout: Layout, snapshot: Path, folder: Path) -> None:
    (folder / f"{FOLDER_PREFIX}old").mkdir()
    (folder / f"{FOLDER_PREFIX}old" / "001.blend").write_bytes(b"old")
    rewrite_paths(layout, snapshot, program(COPY), folder, nothing)
    rewrite_paths(layout, snapshot, program(COPY), folder, nothing)
    assert len(list(folder.glob(FOLDER_PREFIX + "*"))) == 1


def test_the_environment_has_no_key_and_settings_of_its_own(
    layout: Layout, snapshot: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RENDERJUICE_API_KEY", "RJ-secret")
    monkeypatch.setenv("BLENDER_USER_RESOURCES", "/the/artist's")
    code = "report(error=json.dumps(dict(os.environ)) + str([os.getpid() == os.getsid(0), os.nice(0)]))"
    with pytest.raises(PackageError) as caught:
        rewrite_paths(layout, snapshot, program("time.sleep(0.5)\n" + code), folder, nothing)
    told = str(caught.value)
    assert "RJ-secret" not in told and "RENDERJUICE" not in told
    assert f'"BLENDER_USER_RESOURCES": "{folder / FOLDER_PREFIX}' in told
    assert told.endswith("[true, 10]".replace("true", "True"))


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (
            "print('said'); sys.exit(3)",
            r"Blender ended \(code 3\) while it prepared .*shot\.blend for the farm",
        ),
        ("print('said'); sys.exit(0)", r"Blender ended \(code 0\) while it prepared"),
        (
            "print('said', flush=True); report(current='/x/lib.blend'); os.kill(os.getpid(), signal.SIGSEGV)",
            r"Blender crashed \(signal 11\) while it prepared /x/lib\.blend for the farm",
        ),
        ("print('said'); report(error='A sentence of the packer.')", r"^A sentence of the packer\.$"),
        (
            "print('said'); report(files=[saved(file) for file in plan['files']], is_done=True)",
            r"Blender left no copy of .*shot\.blend for the farm",
        ),
        ("print('said'); Path(plan['report']).write_text('{')", r"Blender ended \(code 0\)"),
    ],
)
def test_a_bad_end_is_told(layout: Layout, snapshot: Path, folder: Path, code: str, reason: str) -> None:
    with pytest.raises(PackageError, match=reason) as caught:
        rewrite_paths(layout, snapshot, program(code), folder, nothing)
    assert "said" in caught.value.detail


def test_a_blender_that_hangs_is_ended_with_its_children(layout: Layout, snapshot: Path, folder: Path) -> None:
    code = """
signal.signal(signal.SIGTERM, signal.SIG_IGN)
import subprocess
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(os.getpid(), child.pid, flush=True)
time.sleep(600)
"""
    with pytest.raises(PackageError, match="was stopped after 0 minutes while it prepared") as caught:
        rewrite_paths(layout, snapshot, program(code), folder, nothing, seconds=2)
    pids = [int(word) for word in caught.value.detail.split()]
    assert len(pids) == 2
    until(lambda: not any(map(is_running, pids)), "both are gone")


def test_it_can_be_canceled(layout: Layout, snapshot: Path, folder: Path) -> None:
    class Stop(Exception):
        pass

    pid_file = folder / "pid"

    def stop() -> None:
        if pid_file.exists() and pid_file.read_text().endswith("."):
            raise Stop

    code = f"Path({str(pid_file)!r}).write_text(str(os.getpid()) + '.'); time.sleep(600)"
    with pytest.raises(Stop):
        rewrite_paths(layout, snapshot, program(code), folder, stop)
    assert not is_running(int(pid_file.read_text().rstrip(".")))


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ((), "no Blender is known"),
        (("/no/such/blender",), r"Blender could not be started .*/no/such/blender \(No such file or directory\)"),
    ],
)
def test_no_blender(layout: Layout, snapshot: Path, folder: Path, command: tuple[str, ...], reason: str) -> None:
    with pytest.raises(PackageError, match=reason):
        rewrite_paths(layout, snapshot, command, folder, nothing)


def test_a_library_that_is_gone_is_named(layout: Layout, snapshot: Path, folder: Path) -> None:
    Path(layout.rewritten[1]).unlink()
    with pytest.raises(PackageError, match=r"lib\.blend is not there any more"):
        rewrite_paths(layout, snapshot, program(COPY), folder, nothing)


def test_a_disk_without_room_for_copies_is_told_before_blender_starts(
    layout: Layout, snapshot: Path, folder: Path
) -> None:
    os.truncate(snapshot, shutil.disk_usage(folder).free + 1024**3)
    with pytest.raises(PackageError, match=r"GiB are free\. Make room there"):
        rewrite_paths(layout, snapshot, program("raise SystemExit('started')"), folder, nothing)
    assert [path.name for path in folder.iterdir()] == ["snapshot"]
