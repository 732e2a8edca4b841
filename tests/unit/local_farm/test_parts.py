# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of the farm that are plain functions: frame ranges, packages, versions."""

import gzip
import zipfile
from pathlib import Path

import pytest
import zstandard

from renderjuice.local_farm.blender_versions import Blender, NoBlender, choose_blender, file_version
from renderjuice.local_farm.frame_ranges import frames_of, ranges_of
from renderjuice.local_farm.packages import BadPackage, unpack


def test_frames_of_ranges() -> None:
    assert frames_of(["3-5", "4", "-2", "0"]) == [-2, 0, 3, 4, 5]
    assert frames_of([]) == []
    for wrong in ("-5--1", "1-10x2", "a", "٣", "1048575", "9-1"):
        with pytest.raises(ValueError, match="not a frame range"):
            frames_of([wrong])


def test_ranges_of_frames() -> None:
    frames = [-3, -2, 0, 1, 2, 7, 9, 10]
    assert ranges_of(frames) == ["-3", "-2", "0-2", "7", "9-10"]
    assert frames_of(ranges_of(frames)) == frames


def test_version_of_real_files(scenes: Path, oldest_scenes: Path, farm: object) -> None:
    for folder in (scenes, oldest_scenes):
        packed, plain = file_version(folder / "shot.blend"), file_version(folder / "project" / "shot.blend")
        assert (folder / "shot.blend").read_bytes()[:4] == b"\x28\xb5\x2f\xfd"
        assert (folder / "project" / "shot.blend").read_bytes()[:7] == b"BLENDER"
        assert packed == plain and packed is not None and packed >= (4, 2)
    assert file_version(scenes / "shot.blend") > file_version(oldest_scenes / "shot.blend")


@pytest.mark.parametrize(
    ("head", "version"),
    [
        (b"BLENDER-v402RENDH", (4, 2)),
        (b"BLENDER-v279REND", (2, 79)),
        (b"BLENDER17-01v0502REND", (5, 2)),
        (b"BLENDER17-01v1013REND", (10, 13)),
        (b"BLENDER", None),
        (b"", None),
        (b"\x28\xb5\x2f\xfd broken", None),
    ],
)
def test_version_of_headers(tmp_path: Path, head: bytes, version: tuple[int, int] | None) -> None:
    (tmp_path / "plain").write_bytes(head)
    (tmp_path / "gzip").write_bytes(gzip.compress(head))
    (tmp_path / "zstd").write_bytes(zstandard.compress(head))
    for name in ("plain", "gzip", "zstd"):
        assert file_version(tmp_path / name) == version


def test_the_oldest_blender_that_is_new_enough_is_chosen() -> None:
    farm = [Blender(version, Path("blender"), False) for version in ((4, 2), (4, 5), (5, 2))]
    assert choose_blender(farm, (4, 2)).version == (4, 2)
    assert choose_blender(farm, (4, 3)).version == (4, 5)
    assert choose_blender(farm, (5, 0)).version == (5, 2)
    with pytest.raises(NoBlender, match=r"5\.3"):
        choose_blender(farm, (5, 3))


def zipped(folder: Path, *names: str) -> Path:
    """Give a zip with small files of these names."""
    path = folder / "shot.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, name)
    return path


@pytest.mark.parametrize(
    ("names", "scene"),
    [
        (["a/shot.blend", "main.blend"], "a/shot.blend"),
        (["shot.blend", "old/shot.blend"], "shot.blend"),
        (["deep/er/other.blend", "tex.png"], "deep/er/other.blend"),
        (["main.blend", "lib/a.blend", "lib/b.blend"], "main.blend"),
        (["main.blend1", "lib/a.BLEND"], "lib/a.BLEND"),
    ],
)
def test_which_blend_is_the_scene(tmp_path: Path, names: list[str], scene: str) -> None:
    package = unpack(zipped(tmp_path, *names), "shot.zip", tmp_path / "out")
    assert package.blend == tmp_path / "out" / scene
    assert all((package.root / name).read_text() == name for name in names)


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (["a/x.blend", "b/y.blend"], "a/x.blend, b/y.blend"),
        (["a/shot.blend", "b/shot.blend", "main.blend"], "a/shot.blend, b/shot.blend"),
        (["readme.txt"], "no .blend"),
        ([], "no .blend"),
        (["../shot.blend"], "outside"),
        (["/shot.blend"], "outside"),
        (["a/../../shot.blend"], "outside"),
        (["..\\shot.blend"], "outside"),
        (["C:\\shot.blend"], "outside"),
    ],
)
def test_zips_that_are_refused(tmp_path: Path, names: list[str], reason: str) -> None:
    with pytest.raises(BadPackage, match=reason):
        unpack(zipped(tmp_path, *names), "shot.zip", tmp_path / "in" / "out")
    assert not (tmp_path / "in" / "shot.blend").exists()
    assert not (tmp_path / "shot.blend").exists()


def test_links_in_a_zip_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "shot.zip"
    entry = zipfile.ZipInfo("shot.blend")
    entry.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry, "/etc/hostname")
    with pytest.raises(BadPackage, match="link"):
        unpack(path, "shot.zip", tmp_path / "out")


def test_a_blend_keeps_its_name(tmp_path: Path) -> None:
    (tmp_path / "upload").write_bytes(b"BLENDER")
    package = unpack(tmp_path / "upload", "My Shot.blend", tmp_path / "out")
    assert package.blend == tmp_path / "out" / "My Shot.blend"
    assert package.blend.read_bytes() == b"BLENDER"
