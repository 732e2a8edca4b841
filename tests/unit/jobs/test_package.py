# SPDX-License-Identifier: GPL-3.0-or-later
"""The one file that is uploaded: what is in it, what it costs, and what stops it."""

from __future__ import annotations

import io
import itertools
import os
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import zstandard

from renderjuice.api.limits import UPLOAD_LIMIT
from renderjuice.jobs.packaging import archive as archive_module
from renderjuice.jobs.packaging import package
from renderjuice.jobs.packaging.archive import Archive
from renderjuice.jobs.packaging.layout import Layout, plan_layout
from renderjuice.jobs.packaging.package import Package, PackageError, Progress
from renderjuice.jobs.packaging.path_use import PathUse
from renderjuice.jobs.packaging.sources import open_source
from renderjuice.tests.unit.jobs.rig import ROOT, until

PLAIN_BLEND = b"BLENDER-v402" + b"scene " * 50_000
MIB = 1024**2
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 (a name of the system's)
PROGRAM = """
import resource, sys, types
from pathlib import Path
package = types.ModuleType("renderjuice")
package.__path__ = [sys.argv[1]]
sys.modules["renderjuice"] = package
from renderjuice.jobs.packaging.layout import Layout
from renderjuice.jobs.packaging.package import make_package
blend, snapshot, folder, *files = map(Path, sys.argv[2:])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
made = make_package(blend, snapshot, files, folder, lambda done, total: None, Layout(blend, blend.parent.parent))
print(made.size, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def nothing(_done: int, _total: int) -> None:
    """A progress that nobody looks at."""


def make_package(
    blend: Path,
    snapshot: Path,
    files: list[Path],
    folder: Path,
    progress: Progress,
    layout: Layout | None = None,
    copies: dict[Path, Path] | None = None,
) -> Package:
    """The package of a scene whose files are all reached by relative paths, unless there is a layout."""
    plain = [Path("/", *Path(os.path.abspath(file)).parts[1:]) for file in files]  # noqa: PTH100
    uses = [PathUse(blend, f"//{os.path.relpath(file, blend.parent)}", file, (file,)) for file in plain]
    return package.make_package(
        blend, snapshot, files, folder, progress, layout or plan_layout(blend, uses), copies or {}
    )


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


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("nothing", r"is not there any more\. Find it"),
        ("file as a folder", r"is not there any more\. Find it"),
        ("folder", "is a folder, and a file is needed"),
        ("pipe", "is a pipe, and a file is needed"),
        ("socket", "is a socket, and a file is needed"),
        ("device", "is a device, and a file is needed"),
        ("link to itself", "is a link that leads back to itself"),
        ("dead link", r"is not there any more\. Find it"),
    ],
)
def test_what_is_no_file_is_named(
    tmp_path: Path, blend: Path, snapshot: Path, folder: Path, kind: str, reason: str
) -> None:
    path = no_file(tmp_path / "project", kind)
    with pytest.raises(PackageError, match=f"{path.name} {reason}"):
        make_package(blend, snapshot, [path], folder, nothing)
    assert [path.name for path in folder.iterdir()] == ["snapshot"]


@pytest.mark.parametrize("kind", ["folder", "pipe", "socket", "device", "link to itself"])
def test_what_takes_a_files_place_while_packing_is_named(
    tmp_path: Path, blend: Path, snapshot: Path, folder: Path, kind: str
) -> None:
    last = write(tmp_path / "project" / "z.txt")

    def swap(_done: int, _total: int) -> None:
        if last.is_file():
            last.unlink()
            no_file(last.parent, kind, last.name)

    with pytest.raises(PackageError, match=r"z\.txt is a "):
        make_package(blend, snapshot, [last], folder, swap)
    assert [path.name for path in folder.iterdir()] == ["snapshot"]


def no_file(folder: Path, kind: str, name: str = "no file.png") -> Path:
    """Something at a path that is no file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as sock:
            # a socket's address may be short only
            place = os.open(folder, os.O_RDONLY)
            sock.bind(f"/proc/self/fd/{place}/{name}")
            os.close(place)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "link to itself":
        path.symlink_to(path)
    elif kind == "dead link":
        path.symlink_to(folder / "gone")
    elif kind == "file as a folder":
        write(path)
        path = path / "wood.png"
    return path


def test_empty_files_are_packed(tmp_path: Path, blend: Path, snapshot: Path, folder: Path) -> None:
    files = [write(tmp_path / "project" / name, b"") for name in ("a.png", "b.txt", "c.blend")]
    made = make_package(blend, snapshot, files, folder, nothing)
    with zipfile.ZipFile(made.path) as archive:
        assert archive.testzip() is None
        assert [entry.file_size for entry in archive.infolist()][1:] == [0, 0, 0]


@pytest.mark.parametrize("suffix", [".txt", ".png", ".blend"])
@pytest.mark.parametrize("change", ["grows", "shrinks", "is written anew"])
def test_a_file_that_changes_while_it_is_packed_is_read_again(
    tmp_path: Path, blend: Path, snapshot: Path, folder: Path, suffix: str, change: str
) -> None:
    start = b"BLENDER" if suffix == ".blend" else b"content"
    old = start + bytes(3 * MIB)
    file = write(tmp_path / "project" / f"changing{suffix}", old)
    os.utime(file, ns=(10**18, 10**18))
    new = start + {"grows": b"1" * 4 * MIB, "shrinks": b"2" * MIB, "is written anew": b"3" * 3 * MIB}[change]

    def write_anew(done: int, _total: int) -> None:
        # once the first block of it has been read
        if done > len(PLAIN_BLEND) and file.stat().st_mtime_ns == 10**18:
            file.write_bytes(new)

    made = make_package(blend, snapshot, [file], folder, write_anew)
    with zipfile.ZipFile(made.path) as archive:
        assert archive.testzip() is None
        content = archive.read(file.name)
        assert (zstandard.ZstdDecompressor().decompress(content) if suffix == ".blend" else content) == new
    assert sorted(path.name for path in folder.iterdir()) == ["shot.zip", "snapshot"]


def test_a_file_that_keeps_changing_is_named(tmp_path: Path, blend: Path, snapshot: Path, folder: Path) -> None:
    file = write(tmp_path / "project" / "log.txt", bytes(3 * MIB))
    seen = []

    def append(done: int, _total: int) -> None:
        seen.append(done)
        with file.open("ab") as log:
            log.write(b"more")

    with pytest.raises(PackageError, match=r"log\.txt keeps changing while it is packed\. Wait"):
        make_package(blend, snapshot, [file], folder, append)
    assert seen.count(len(PLAIN_BLEND)) == 3
    assert [path.name for path in folder.iterdir()] == ["snapshot"]


def test_a_layout_places_everything(tmp_path: Path, blend: Path, snapshot: Path, folder: Path) -> None:
    elsewhere = write(tmp_path / "disk" / "tex" / "wood.txt", b"wood")
    library = write(tmp_path / "project" / "lib" / "tree.blend", PLAIN_BLEND)
    link = tmp_path / "project" / "link.txt"
    link.symlink_to(elsewhere)
    uses = [
        PathUse(blend, str(elsewhere), elsewhere, (elsewhere,)),
        PathUse(blend, "//../link.txt", link, (link,)),
        PathUse(blend, "//../lib/tree.blend", library, (library,)),
    ]
    layout = plan_layout(blend, uses, is_remapped=True)
    copies = {
        blend: write(folder / "copies" / "1.blend", b"BLENDER new scene"),
        library: write(folder / "copies" / "2.blend", b"BLENDER new library"),
    }
    files = [file for use in uses for file in use.files]
    made = make_package(blend, snapshot, files, folder, nothing, layout, copies)
    with zipfile.ZipFile(made.path) as archive:
        assert archive.namelist() == ["scenes/shot.blend", "lib/tree.blend", "link.txt"]
        assert archive.read("link.txt") == b"wood"
        for name, content in (("scenes/shot.blend", b"new scene"), ("lib/tree.blend", b"new library")):
            assert zstandard.ZstdDecompressor().decompress(archive.read(name)).endswith(content)


def test_a_file_without_a_place_is_told(tmp_path: Path, blend: Path, snapshot: Path, folder: Path) -> None:
    stray = write(tmp_path / "stray.txt")
    with pytest.raises(PackageError, match=r"stray\.txt has no place in the package\. Submit"):
        make_package(blend, snapshot, [stray], folder, nothing, plan_layout(blend, []))


@pytest.mark.parametrize("size", [0, 1, MIB - 1, MIB, MIB + 1, 5 * MIB + 7])
@pytest.mark.parametrize("kind", ["noise.png", "noise.txt", "text.txt", "text.png"])
def test_every_size_of_file_comes_out_as_it_went_in(
    tmp_path: Path, blend: Path, snapshot: Path, folder: Path, size: int, kind: str
) -> None:
    unit = os.urandom(size) if kind.startswith("noise") else b"%07d " * (size // 8 + 1)
    files = [write(tmp_path / "project" / f"{number} {kind}", unit[:size]) for number in range(3)]
    made = make_package(blend, snapshot, files, folder, nothing)
    out = tmp_path / "out"
    subprocess.run(["unzip", "-q", made.path, "-d", out], check=True, timeout=60)
    for file in files:
        assert (out / file.name).read_bytes() == unit[:size]
    with zipfile.ZipFile(made.path) as archive:
        assert archive.testzip() is None
        for entry in archive.infolist()[1:]:
            is_deflated = kind == "text.txt" and size > 1
            assert entry.compress_type == (zipfile.ZIP_DEFLATED if is_deflated else zipfile.ZIP_STORED)
            assert entry.external_attr >> 16 == 0o100644
            assert abs(time.time() - time.mktime((*entry.date_time, 0, 0, -1))) < 3600


@pytest.mark.skipif(not SHARED_MEMORY.is_dir(), reason="no second disk on this system")
def test_files_of_another_disk_are_stored_whole(tmp_path: Path, blend: Path, snapshot: Path, folder: Path) -> None:
    noise = os.urandom(5 * MIB + 7)
    with TemporaryDirectory(dir=SHARED_MEMORY) as disk:
        file = write(Path(disk, "noise.png"), noise)
        layout = plan_layout(blend, [PathUse(blend, str(file), file, (file,))], is_remapped=True)
        made = make_package(blend, snapshot, [file], folder, nothing, layout)
        place = str(layout.place_of(file))
    with zipfile.ZipFile(made.path) as archive:
        assert archive.read(place) == noise


def test_deflated_files_are_as_small_as_python_makes_them(
    tmp_path: Path, blend: Path, snapshot: Path, folder: Path
) -> None:
    text = b"".join(b"%d: vertex %d\n" % (number * 7919 % 10007, number) for number in range(400_000))
    file = write(tmp_path / "project" / "mesh.txt", text)
    make_package(blend, snapshot, [file], folder, nothing)
    with zipfile.ZipFile(folder / "shot.zip") as archive, zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.write(file, "mesh.txt", zipfile.ZIP_DEFLATED, compresslevel=archive_module.SMALL)
        ours, theirs = archive.getinfo("mesh.txt"), other.getinfo("mesh.txt")
        assert ours.compress_size < theirs.compress_size * 1.002


@pytest.mark.parametrize("size", [20_000, 3_000_000])
def test_what_only_seems_to_be_compressed_is_deflated(
    tmp_path: Path, blend: Path, snapshot: Path, folder: Path, size: int
) -> None:
    volume = write(tmp_path / "project" / "smoke.vdb", b"\0\1\2\3" * (size // 4))
    noise = write(tmp_path / "project" / "fire.vdb", os.urandom(size))
    make_package(blend, snapshot, [volume, noise], folder, nothing)
    with zipfile.ZipFile(folder / "shot.zip") as archive:
        assert archive.getinfo("smoke.vdb").compress_type == zipfile.ZIP_DEFLATED
        assert archive.getinfo("fire.vdb").compress_type == zipfile.ZIP_STORED


def test_much_is_compressed_faster_than_a_little(
    tmp_path: Path, blend: Path, snapshot: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = b"".join(b"%d: vertex %d\n" % (number * 7919 % 10007, number) for number in range(50_000))
    file = write(tmp_path / "project" / "mesh.txt", text)
    little = make_package(blend, snapshot, [file], folder, nothing).size
    monkeypatch.setattr(package, "LITTLE", 0)
    assert make_package(blend, snapshot, [file], folder, nothing).size > little


class Sparse(io.FileIO):
    """A file that leaves room for large blocks instead of writing them: they are zeros."""

    def write(self, data: Any) -> int:
        """Write, or leave room."""
        if len(data) < MIB:
            return super().write(data)
        self.seek(len(data), os.SEEK_CUR)
        return len(data)


def test_files_and_archives_beyond_four_gibibytes(tmp_path: Path) -> None:
    block, count = bytes(16 * MIB), 257
    target = tmp_path / "large.zip"
    with Sparse(target, "wb") as file, Archive(file) as archive:  # type: ignore[arg-type]
        file.seek(4 * 1024**3 + 1)
        with open_source(sparse(tmp_path / "zeros", count * len(block))) as zeros:
            archive.add("zeros", zeros, itertools.repeat(block, count), deflate=False)
        with open_source(write(tmp_path / "last")) as last:
            archive.store("last", last, lambda _count: None)
    with zipfile.ZipFile(target) as made:
        first, _second = made.infolist()
        assert (first.file_size, first.header_offset) == (count * len(block), 4 * 1024**3 + 1)
        assert made.read("last") == b"content"
        with made.open("zeros") as packed:
            assert packed.read(MIB) == bytes(MIB)
    told = subprocess.run(["unzip", "-l", target], capture_output=True, text=True, check=True, timeout=60).stdout
    assert str(count * len(block)) in told


def test_more_files_than_an_old_zip_could_hold(tmp_path: Path) -> None:
    count = 66_000
    target = tmp_path / "many.zip"
    with (
        open_source(write(tmp_path / "empty", b"")) as empty,
        target.open("wb", buffering=0) as file,
        Archive(file) as archive,
    ):
        for number in range(count):
            archive.add(f"{number}.txt", empty, [], deflate=False)
    with zipfile.ZipFile(target) as made:
        assert len(made.namelist()) == count
        assert made.read(f"{count - 1}.txt") == b""


@pytest.mark.parametrize("count", [1, 3])
def test_five_gibibytes_are_refused_before_a_byte_is_written(
    tmp_path: Path, blend: Path, snapshot: Path, folder: Path, count: int
) -> None:
    size = UPLOAD_LIMIT // count + 1
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
        part = folder / "package.part"
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


@pytest.mark.parametrize(
    "name", ["シーン 🎬.blend", "木" * 83 + ".blend", "with space.blend", "a.b.c.blend", "UPPER.BLEND"]
)
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
