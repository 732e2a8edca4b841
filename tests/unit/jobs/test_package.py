# SPDX-License-Identifier: GPL-3.0-or-later
"""The one file that is uploaded: what is in it, what it costs, and what stops it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path, PurePath, PureWindowsPath

import pytest
import zstandard

from renderjuice.jobs import package
from renderjuice.jobs.package import PackageError, make_package
from renderjuice.tests.unit.jobs.rig import ROOT, until

PLAIN_BLEND = b"BLENDER-v402" + b"scene " * 50_000
MIB = 1024**2
PROGRAM = """
import resource, sys, types
from pathlib import Path
package = types.ModuleType("renderjuice")
package.__path__ = [sys.argv[1]]
sys.modules["renderjuice"] = package
from renderjuice.jobs.package import make_package
blend, snapshot, folder, *files = map(Path, sys.argv[2:])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
made = make_package(blend, snapshot, files, folder, lambda done, total: None)
print(made.size, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def nothing(_done: int, _total: int) -> None:
    """A progress that nobody looks at."""


def write(path: Path, content: bytes = b"content") -> Path:
    """A file with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def sparse(path: Path, size: int) -> Path:
    """A large file that takes no room."""
    write(path, b"BLENDER")
    os.truncate(path, size)
    return path


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    return write(tmp_path / "home" / "snapshot" / "shot.blend", PLAIN_BLEND)


@pytest.fixture
def folder(snapshot: Path) -> Path:
    return snapshot.parent.parent


@pytest.fixture
def blend(tmp_path: Path) -> Path:
    return tmp_path / "project" / "scenes" / "shot.blend"


def test_a_scene_by_itself_becomes_a_compressed_blend(blend: Path, snapshot: Path, folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    made = make_package(blend, snapshot, [], folder, lambda done, total: seen.append((done, total)))
    assert made.path == folder / "shot.blend"
    content = made.path.read_bytes()
    assert content.startswith(package.ZSTANDARD_MAGIC)
    assert made.size == len(content) < len(PLAIN_BLEND) / 10
    assert zstandard.ZstdDecompressor().decompress(content) == PLAIN_BLEND
    # Blender wants to know the size beforehand
    assert zstandard.frame_content_size(content) == len(PLAIN_BLEND)
    assert seen[-1] == (len(PLAIN_BLEND), len(PLAIN_BLEND))
    assert snapshot.read_bytes() == PLAIN_BLEND
    assert [path.name for path in folder.iterdir()] == ["snapshot", "shot.blend"]


def test_a_compressed_scene_is_sent_as_it_is(blend: Path, snapshot: Path, folder: Path) -> None:
    compressed = zstandard.compress(PLAIN_BLEND)
    snapshot.write_bytes(compressed)
    assert make_package(blend, snapshot, [], folder, nothing).path.read_bytes() == compressed


def test_files_keep_their_place_in_the_tree(tmp_path: Path, blend: Path, snapshot: Path, folder: Path) -> None:
    project = tmp_path / "project"
    library = write(project / "lib" / "tree.blend", PLAIN_BLEND)
    packed = write(project / "lib" / "packed.blend", zstandard.compress(PLAIN_BLEND))
    old = write(project / "lib" / "old.blend", b"\x1f\x8b\x08old")
    texture = write(project / "textures" / "wood.png", b"\x89PNG" + b"0" * 10_000)
    cache = write(project / "scenes" / "cache" / "smoke ☁ é.abc", b"0" * 10_000)
    files = [
        library,
        packed,
        old,
        # as paths inside libraries read
        project / "lib" / ".." / "textures" / "wood.png",
        texture,
        cache,
        blend,
        Path("/" + str(cache)),
    ]
    made = make_package(blend, snapshot, files, folder, nothing)
    assert (made.path, made.size) == (folder / "shot.zip", made.path.stat().st_size)
    with zipfile.ZipFile(made.path) as archive:
        assert archive.testzip() is None
        entries = {entry.filename: entry for entry in archive.infolist()}
        assert list(entries) == [
            "scenes/shot.blend",
            "lib/old.blend",
            "lib/packed.blend",
            "lib/tree.blend",
            "scenes/cache/smoke ☁ é.abc",
            "textures/wood.png",
        ]
        for name in ("scenes/shot.blend", "lib/tree.blend"):
            assert zstandard.ZstdDecompressor().decompress(archive.read(name)) == PLAIN_BLEND
            assert entries[name].compress_type == zipfile.ZIP_STORED
        for name in ("lib/packed.blend", "lib/old.blend", "textures/wood.png"):
            assert archive.read(name) == (project / name).read_bytes()
            assert entries[name].compress_type == zipfile.ZIP_STORED
        assert archive.read("scenes/cache/smoke ☁ é.abc") == cache.read_bytes()
        assert entries["scenes/cache/smoke ☁ é.abc"].compress_type == zipfile.ZIP_DEFLATED
        assert entries["scenes/cache/smoke ☁ é.abc"].compress_size < 200


def test_files_beside_the_project_and_links_are_found(
    tmp_path: Path, blend: Path, snapshot: Path, folder: Path
) -> None:
    sibling = write(tmp_path / "library" / "wood.txt", b"wood")
    link = tmp_path / "library" / "link.txt"
    link.symlink_to(sibling)
    made = make_package(blend, snapshot, [sibling, link], folder, nothing)
    with zipfile.ZipFile(made.path) as archive:
        assert archive.namelist() == ["project/scenes/shot.blend", "library/link.txt", "library/wood.txt"]
        assert archive.read("library/link.txt") == b"wood"
        assert not any(entry.external_attr >> 28 == 0o12 for entry in archive.infolist())


@pytest.mark.parametrize("seconds", [-86_400, 0, 5_000_000_000])
def test_a_file_from_before_1980_or_after_2107_is_taken(
    tmp_path: Path, blend: Path, snapshot: Path, folder: Path, seconds: int
) -> None:
    old = write(tmp_path / "project" / "old.txt")
    os.utime(old, (seconds, seconds))
    made = make_package(blend, snapshot, [old], folder, nothing)
    with zipfile.ZipFile(made.path) as archive:
        assert archive.read("old.txt") == b"content"


@pytest.mark.parametrize("kind", ["blend", "zip"])
def test_memory_does_not_grow_with_the_files(
    tmp_path: Path, blend: Path, snapshot: Path, folder: Path, kind: str
) -> None:
    size = 512 * MIB
    sparse(snapshot, size)
    files = [sparse(tmp_path / "project" / name, size) for name in ("big.png", "big.txt")] if kind == "zip" else []
    command = [sys.executable, "-c", PROGRAM, ROOT, blend, snapshot, folder, *files]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    _, kibibytes = done.stdout.split()
    assert int(kibibytes) < 128 * 1024
    (folder / f"shot.{kind}").unlink()


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path, blend: Path, snapshot: Path, folder: Path) -> None:
    (tmp_path / "project" / "folder.png").mkdir(parents=True)
    for name in ("gone.png", "folder.png"):
        with pytest.raises(PackageError, match=rf"{name} is not there any more\. Find it"):
            make_package(blend, snapshot, [tmp_path / "project" / name], folder, nothing)
    assert [path.name for path in folder.iterdir()] == ["snapshot"]


def test_a_file_that_goes_while_it_is_packed_leaves_nothing_behind(
    tmp_path: Path, blend: Path, snapshot: Path, folder: Path
) -> None:
    last = write(tmp_path / "project" / "z.txt")

    def remove(_done: int, _total: int) -> None:
        last.unlink(missing_ok=True)

    with pytest.raises(PackageError, match=r"z\.txt cannot be read \(No such file"):
        make_package(blend, snapshot, [last], folder, remove)
    assert [path.name for path in folder.iterdir()] == ["snapshot"]


@pytest.mark.parametrize(
    "folders",
    [
        [PureWindowsPath("C:/project"), PureWindowsPath("D:/textures")],
        [PureWindowsPath("C:/project"), PureWindowsPath("//server/share/textures")],
    ],
)
def test_different_drives_are_told(folders: list[PurePath]) -> None:
    with pytest.raises(PackageError, match="different drives"):
        package.common_root(folders)


@pytest.mark.parametrize(
    ("folders", "root"),
    [
        ([PureWindowsPath("C:/Project/a"), PureWindowsPath("c:/project/b/c")], PureWindowsPath("C:/project")),
        ([PurePath("/a/b/c"), PurePath("/a/bc")], PurePath("/a")),
        ([PurePath("/a/b"), PurePath("/a/b")], PurePath("/a/b")),
        ([PurePath("/a"), PurePath("/b")], PurePath("/")),
    ],
)
def test_the_common_root(folders: list[PurePath], root: PurePath) -> None:
    assert package.common_root(folders) == root


@pytest.mark.parametrize("count", [1, 3])
def test_five_gibibytes_are_refused_before_a_byte_is_written(
    tmp_path: Path, blend: Path, snapshot: Path, folder: Path, count: int
) -> None:
    size = package.UPLOAD_LIMIT // count + 1
    files = [sparse(tmp_path / "project" / f"{number}.exr", size) for number in range(count)]
    with pytest.raises(PackageError, match=r"5\.0 GiB, and Renderjuice takes files below 5 GiB"):
        make_package(blend, snapshot, files, folder, lambda *_: pytest.fail("something was read"))
    assert [path.name for path in folder.iterdir()] == ["snapshot"]


def test_a_disk_that_is_too_small_is_told_before_a_byte_is_written(
    tmp_path: Path, blend: Path, snapshot: Path, folder: Path
) -> None:
    size = shutil.disk_usage(folder).free // 4
    files = [sparse(tmp_path / "project" / f"{number}.txt", size) for number in range(5)]
    with pytest.raises(PackageError, match=r"and .* GiB are free\. Make room there"):
        make_package(blend, snapshot, files, folder, lambda *_: pytest.fail("something was read"))
    assert [path.name for path in folder.iterdir()] == ["snapshot"]


@pytest.mark.parametrize("with_file", [False, True])
def test_progress_may_stop_it(tmp_path: Path, blend: Path, snapshot: Path, folder: Path, with_file: bool) -> None:
    class Stop(Exception):
        pass

    def stop(done: int, total: int) -> None:
        assert 0 < done <= total
        raise Stop

    files = [write(tmp_path / "project" / "a.txt")] if with_file else []
    with pytest.raises(Stop):
        make_package(blend, snapshot, files, folder, stop)
    assert [path.name for path in folder.iterdir()] == ["snapshot"]


@pytest.mark.parametrize("kind", ["blend", "zip"])
def test_killed_in_the_middle_no_half_package_bears_the_name(
    tmp_path: Path, blend: Path, snapshot: Path, folder: Path, kind: str
) -> None:
    sparse(snapshot, 1024 * MIB)
    files = [sparse(tmp_path / "project" / "a.txt", 1024 * MIB)] if kind == "zip" else []
    command = [sys.executable, "-c", PROGRAM, ROOT, blend, snapshot, folder, *files]
    with subprocess.Popen(command) as process:
        part = folder / f"shot.{kind}.part"
        until(part.exists, "the package is begun", pause=0.001)
        process.kill()
    assert part.exists()
    assert not (folder / f"shot.{kind}").exists()
    snapshot.write_bytes(PLAIN_BLEND)
    for file in files:
        file.write_bytes(b"small")
    made = make_package(blend, snapshot, files, folder, nothing)
    assert not part.exists()
    assert made.size < len(PLAIN_BLEND)


@pytest.mark.parametrize("name", ["シーン 🎬.blend", "with space.blend", "a.b.c.blend", "UPPER.BLEND"])
def test_names_are_kept(tmp_path: Path, snapshot: Path, folder: Path, name: str) -> None:
    project = tmp_path / "prøject"
    texture = write(project / "木.txt", b"wood")
    made = make_package(project / name, snapshot, [texture], folder, nothing)
    assert made.path.name == Path(name).stem + ".zip"
    with zipfile.ZipFile(made.path) as archive:
        assert archive.namelist() == [name, "木.txt"]


def test_a_name_that_is_no_unicode_is_told(tmp_path: Path, blend: Path, snapshot: Path, folder: Path) -> None:
    file = write(tmp_path / "project" / os.fsdecode(b"latin\xe9.txt"))
    with pytest.raises(PackageError, match=r"latin\?\.txt is no Unicode text"):
        make_package(blend, snapshot, [file], folder, nothing)


def test_an_unreadable_file_is_named(tmp_path: Path, blend: Path, snapshot: Path, folder: Path) -> None:
    file = write(tmp_path / "project" / "secret.txt")
    file.chmod(0)
    command = [sys.executable, "-c", PROGRAM, ROOT, blend, snapshot, folder, file]
    if os.geteuid() == 0:
        # there root is an owner like any other, who may not read what is closed to the owner
        command = ["unshare", "--user", *command]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "secret.txt cannot be read (Permission denied). Make it readable, and retry." in done.stderr
