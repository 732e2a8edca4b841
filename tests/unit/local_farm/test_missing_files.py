# SPDX-License-Identifier: GPL-3.0-or-later
"""What the farm says of a package that lacks files, in real Blender: nothing else on this machine may stand in."""

import zipfile
from collections.abc import Collection
from pathlib import Path

import pytest

from renderjuice.tests.unit.local_farm.driver import FarmDriver, running_farm
from renderjuice.tests.unit.local_farm.zip_folder import zip_folder

CERTAIN = {
    "textures/single.png": "Image 'single'",
    "textures/tiles.1001.png": "Image 'tiles.<UDIM>'",
    "textures/tiles.1012.png": "Image 'tiles.<UDIM>'",
    "textures/moving.mp4": "Image 'moving'",
    "textures/sky.png": "Image 'sky'",
    "textures/card.png": "Image 'card'",
    "textures/bumps.png": "Image 'bumps'",
    "fonts/font.woff2": "Vector Font",
    "volumes/cloud.vdb": "Volume 'cloud'",
    "caches/crowd.abc": "CacheFile 'crowd.abc'",
    "caches/stage.usda": "CacheFile 'stage.usda'",
    "caches/mesh.pc2": "modifier 'cache'",
    "lamps/lamp.ies": "node 'IES Texture'",
    "scripts/shader.osl": "node 'Script'",
    "parts/deep/deep.png": "Image 'deep'",
    "blendcache_shot/636C6F7468_000001_00.bphys": "Object 'cloth', simulation cache",
}
BESIDE_THE_BLEND = {path for path in CERTAIN if path.startswith("blendcache_shot/")}
# All frames of the scene show one of these.
NUMBERED = [f"textures/seq_{number:04}.png" for number in range(1, 5)]
NUMBERED += [f"clip/plate_{number:03}.png" for number in range(1, 5)]
# Some frames show one of these; which will be requested is not known yet.
DOUBTFUL = [f"volumes/smoke_{number:04}.vdb" for number in (1, 2)]
IMPORTED = {"caches/points.ply", "parts/shapes/handed.stl"}  # geometry nodes import files from 4.5 on


def package(packages: Path, name: str, tmp_path: Path, without: Collection[str] = ()) -> Path:
    """Zip one of the folders."""
    return zip_folder(packages / name, tmp_path / "shot.zip", without)


def test_a_complete_package_passes(farm: FarmDriver, packages: Path, tmp_path: Path) -> None:
    """Though much is named in it that no render reads and that is not there."""
    for name in ("whole", "cut"):
        job = farm.analyzed(package(packages, name, tmp_path))
        assert farm.lacks(job["id"]) == []
        assert (job["status"], job["analysis"]["missingFiles"]) == ("validated", [])


def test_strips_are_missed(farm: FarmDriver, packages: Path, tmp_path: Path) -> None:
    gone = [*(f"strips/edit_{number:02}.png" for number in range(1, 5)), "strips/title.png"]
    job = farm.analyzed(package(packages, "cut", tmp_path, without=gone))
    assert job["analysis"]["missingFiles"] == gone
    assert farm.lacks(job["id"])[-1] == "lacks strips/title.png (Strip 'title')"


def test_every_kind_of_file_is_missed(farm: FarmDriver, packages: Path, tmp_path: Path) -> None:
    whole = packages / "whole"
    everything = {path.relative_to(whole).as_posix() for path in whole.rglob("*") if path.is_file()}
    blends = {"shot.blend", "parts/part.blend", "parts/deep/inner.blend", "parts/nodes.blend"}
    job = farm.analyzed(package(packages, "whole", tmp_path, without=everything - blends))
    assert (job["status"], job["failedReason"]["type"]) == ("failed", "missing_files")
    imported = IMPORTED & everything
    expected = sorted({*CERTAIN, *NUMBERED, *imported})
    assert job["analysis"]["missingFiles"] == expected
    assert job["failedReason"]["name"].startswith("Missing files: " + ", ".join(expected[:20]))
    told = farm.lacks(job["id"])
    for path, user in CERTAIN.items():
        assert any(line.startswith(f"lacks {path} (") and user in line for line in told), path
    assert sorted(line.split()[2] for line in told if line.startswith("may lack ")) == sorted(DOUBTFUL)
    assert len(told) == len(expected) + len(DOUBTFUL)


def test_files_that_are_named_in_files_may_be_missed(farm: FarmDriver, packages: Path, tmp_path: Path) -> None:
    named = {"caches/layers/inner.usda", "scripts/tint.h"}
    job = farm.analyzed(package(packages, "whole", tmp_path, without=named))
    assert job["status"] == "validated"
    told = farm.lacks(job["id"])
    assert sorted(line.split()[2] for line in told if line.startswith("may lack ")) == sorted(named)


def test_a_library_inside_a_library_is_missed(farm: FarmDriver, packages: Path, tmp_path: Path) -> None:
    job = farm.analyzed(package(packages, "whole", tmp_path, without={"parts/deep/inner.blend"}))
    assert job["failedReason"] == {"name": "Missing files: parts/deep/inner.blend", "type": "missing_files"}
    job = farm.analyzed(package(packages, "whole", tmp_path, without={"parts/part.blend"}))
    assert job["failedReason"] == {"name": "Missing files: parts/part.blend", "type": "missing_files"}


def test_a_file_elsewhere_on_this_machine_is_missed(farm: FarmDriver, packages: Path) -> None:
    whole = packages / "whole"
    job = farm.analyzed(packages / "outside.blend")
    assert (job["status"], job["failedReason"]["type"]) == ("failed", "missing_files")
    missing = {path for path in map(Path, job["analysis"]["missingFiles"]) if path.is_absolute()}
    assert all(path.is_file() for path in missing)
    beside = farm.home.resolve() / "jobs" / job["id"] / "scene"
    assert {path for path in missing if not path.is_relative_to(whole)} == {beside}
    inside = {path.relative_to(whole).as_posix() for path in missing - {beside}}
    libraries = {"parts/part.blend", "parts/deep/inner.blend"}
    assert inside - IMPORTED - {"parts/nodes.blend"} == {*CERTAIN, *NUMBERED, *libraries} - BESIDE_THE_BLEND
    for line in farm.lacks(job["id"]):
        assert "which is outside of the package" in line or "blendcache_outside/" in line


def test_a_frame_of_a_sequence_is_missed_once_it_is_requested(farm: FarmDriver, packages: Path, tmp_path: Path) -> None:
    """Before that, the package may have been cut to what will be requested."""
    gap = package(packages, "sequence", tmp_path, without={"textures/seq_0003.png"})
    job = farm.analyzed(gap)
    assert (job["status"], job["analysis"]["missingFiles"]) == ("validated", [])
    assert farm.lacks(job["id"]) == ["may lack textures/seq_0003.png (Image 'seq_0001')"]
    assert farm.start_render(job["id"], frameRanges=["2-3"]).status_code == 200
    failed = farm.wait(job["id"], "failed")
    assert failed["failedReason"] == {"name": "Missing files: textures/seq_0003.png", "type": "missing_files"}
    assert farm.lacks(job["id"])[1:] == ["lacks textures/seq_0003.png (Image 'seq_0001')"]
    assert farm.downloads(job["id"])["frames"] == []
    job = farm.rendered(gap, frameRanges=["2", "4"])
    assert job["status"] == "completed", job


def test_a_package_that_was_cut_to_one_frame_passes(farm: FarmDriver, packages: Path, tmp_path: Path) -> None:
    """Which frame it was cut to nobody has said yet."""
    cut = [name for name in NUMBERED if not name.removesuffix(".png").endswith("4")]
    job = farm.analyzed(package(packages, "whole", tmp_path, without=cut))
    assert (job["status"], job["analysis"]["missingFiles"]) == ("validated", [])
    assert sorted(line.split()[2] for line in farm.lacks(job["id"])) == sorted(cut)


def test_a_sequence_without_any_frame_is_missed_at_once(farm: FarmDriver, packages: Path, tmp_path: Path) -> None:
    names = [f"textures/seq_{number:04}.png" for number in range(1, 5)]
    job = farm.analyzed(package(packages, "sequence", tmp_path, without=names))
    assert job["failedReason"] == {"name": "Missing files: " + ", ".join(names), "type": "missing_files"}


@pytest.mark.parametrize("content", [None, b""])
def test_a_folder_in_the_place_of_a_file_is_no_file(
    farm: FarmDriver, packages: Path, tmp_path: Path, content: bytes | None
) -> None:
    """An empty file is one: whether it is any good only its reader can tell."""
    archive = package(packages, "sequence", tmp_path, without=NUMBERED[:1])
    with zipfile.ZipFile(archive, "a") as more:
        more.writestr(NUMBERED[0] + ("/inside.txt" if content is None else ""), content or b"")
    job = farm.analyzed(archive)
    assert farm.lacks(job["id"]) == ([f"may lack {NUMBERED[0]} (Image 'seq_0001')"] if content is None else [])


def test_only_a_strict_farm_fails_a_job_for_what_is_nowhere(packages: Path, tmp_path: Path) -> None:
    """Blender renders it without, as anywhere. What this machine has elsewhere is refused: no other one would."""
    gone = {"textures/seq_0002.png"}
    with running_farm(strict=False) as lenient:
        job = lenient.rendered(package(packages, "sequence", tmp_path, without=gone), frameRanges=["2"])
        assert (job["status"], job["analysis"]["missingFiles"]) == ("completed", [])
        assert lenient.lacks(job["id"])[-1].startswith("lacks textures/seq_0002.png")
        job = lenient.analyzed(package(packages, "whole", tmp_path, without={"parts/part.blend", "fonts/font.woff2"}))
        assert (job["status"], job["analysis"]["missingFiles"]) == (
            "validated",
            ["fonts/font.woff2", "parts/part.blend"],
        )
        job = lenient.analyzed(packages / "outside.blend")
        assert (job["status"], job["failedReason"]["type"]) == ("failed", "missing_files")
