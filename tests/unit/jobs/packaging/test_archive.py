# SPDX-License-Identifier: GPL-3.0-or-later
"""The zip: every size and number of files, and as small as it should be."""

from __future__ import annotations

import io
import itertools
import os
import subprocess
import time
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from renderjuice.jobs.packaging import archive as archive_module
from renderjuice.jobs.packaging import package
from renderjuice.jobs.packaging.archive import Archive
from renderjuice.jobs.packaging.sources import open_source
from renderjuice.package_layout.layout import plan_layout
from renderjuice.package_layout.path_use import PathForm, PathUse
from renderjuice.tests.unit.jobs.packaging.packages import MIB, make_package, nothing, sparse, write

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 (a name of the system's)


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
        use = PathUse(blend, str(file), file, (file,), PathForm.ABSOLUTE)
        layout = plan_layout(blend, [use], is_remapped=True)
        made = make_package(blend, snapshot, [file], folder, nothing, layout)
        place = str(layout.place_of(file))
    with zipfile.ZipFile(made.path) as archive:
        assert archive.read(place) == noise


def test_empty_files_are_packed(tmp_path: Path, blend: Path, snapshot: Path, folder: Path) -> None:
    files = [write(tmp_path / "project" / name, b"") for name in ("a.png", "b.txt", "c.blend")]
    made = make_package(blend, snapshot, files, folder, nothing)
    with zipfile.ZipFile(made.path) as archive:
        assert archive.testzip() is None
        assert [entry.file_size for entry in archive.infolist()][1:] == [0, 0, 0]


def test_deflated_files_are_as_small_as_python_makes_them(
    tmp_path: Path, blend: Path, snapshot: Path, folder: Path
) -> None:
    text = b"".join(b"%d: vertex %d\n" % (number * 7919 % 10007, number) for number in range(400_000))
    file = write(tmp_path / "project" / "mesh.txt", text)
    make_package(blend, snapshot, [file], folder, nothing)
    with zipfile.ZipFile(folder / "shot.zip") as archive, zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.write(file, "mesh.txt", zipfile.ZIP_DEFLATED, compresslevel=archive_module.SMALL_LEVEL)
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


@pytest.mark.parametrize(
    ("name", "limit"), [("mesh.txt", "MAX_FILE_BYTES_MADE_SMALL"), ("rock.blend", "MAX_SCENE_BYTES_MADE_SMALL")]
)
def test_much_is_compressed_faster_than_a_little(
    tmp_path: Path, blend: Path, snapshot: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, limit: str
) -> None:
    text = b"".join(b"%d: vertex %d\n" % (number * 7919 % 10007, number) for number in range(50_000))
    file = write(tmp_path / "project" / name, (b"BLENDER" if name.endswith(".blend") else b"") + text)
    little = make_package(blend, snapshot, [file], folder, nothing).size
    monkeypatch.setattr(package, limit, 0)
    assert make_package(blend, snapshot, [file], folder, nothing).size > little


@pytest.mark.parametrize("seconds", [-86_400, 0, 5_000_000_000])
def test_a_file_from_before_1980_or_after_2107_is_taken(
    tmp_path: Path, blend: Path, snapshot: Path, folder: Path, seconds: int
) -> None:
    old = write(tmp_path / "project" / "old.txt")
    os.utime(old, (seconds, seconds))
    made = make_package(blend, snapshot, [old], folder, nothing)
    with zipfile.ZipFile(made.path) as archive:
        assert archive.read("old.txt") == b"content"


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
