# SPDX-License-Identifier: GPL-3.0-or-later
"""The one file that is uploaded: what is in it, what it costs, and what stops it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import zstandard

from renderjuice.api.limits import UPLOAD_LIMIT
from renderjuice.jobs.packaging import package
from renderjuice.jobs.packaging.package import PackageError
from renderjuice.package_layout.layout import plan_layout
from renderjuice.package_layout.path_use import PathForm, PathUse
from renderjuice.tests.support.waiting import until
from renderjuice.tests.unit.jobs.artist import ROOT
from renderjuice.tests.unit.jobs.packaging.packages import (
    MIB,
    PLAIN_BLEND,
    PROGRAM,
    make_package,
    nothing,
    sparse,
    write,
)


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


def test_a_layout_places_everything(tmp_path: Path, blend: Path, snapshot: Path, folder: Path) -> None:
    elsewhere = write(tmp_path / "disk" / "tex" / "wood.txt", b"wood")
    library = write(tmp_path / "project" / "lib" / "tree.blend", PLAIN_BLEND)
    link = tmp_path / "project" / "link.txt"
    link.symlink_to(elsewhere)
    uses = [
        PathUse(blend, str(elsewhere), elsewhere, (elsewhere,), PathForm.ABSOLUTE),
        PathUse(blend, "//../link.txt", link, (link,), PathForm.RELATIVE),
        PathUse(blend, "//../lib/tree.blend", library, (library,), PathForm.RELATIVE),
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
