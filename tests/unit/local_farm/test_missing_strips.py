# SPDX-License-Identifier: GPL-3.0-or-later
"""What the farm says of a package that lacks files of the sequencer, or of some views, in real Blender."""

from pathlib import Path

from renderjuice.tests.unit.local_farm.driver import FarmDriver
from renderjuice.tests.unit.local_farm.zip_folder import zip_folder

CLIP = [f"clip_{number}.png" for number in range(1, 5)]
KEYED = [f"keyed_{number}.png" for number in range(1, 5)]


def test_complete_packages_pass(farm: FarmDriver, edits: Path, tmp_path: Path) -> None:
    for name in ("edit", "views", "card"):
        job = farm.analyzed(zip_folder(edits / name, tmp_path / "shot.zip"))
        assert (job["status"], farm.lacks(job["id"])) == ("validated", [])


def test_strips_are_missed_that_only_others_read(farm: FarmDriver, edits: Path, tmp_path: Path) -> None:
    read = {"2.png", "3.png", "title.png"}
    job = farm.analyzed(zip_folder(edits / "edit", tmp_path / "shot.zip", without={*read, "4.png", "unseen.png"}))
    assert job["analysis"]["missingFiles"] == sorted(read)


def test_of_a_strip_with_keyed_timing_any_picture_will_do(farm: FarmDriver, edits: Path, tmp_path: Path) -> None:
    cut = [*KEYED[:3], *CLIP[:3]]
    job = farm.analyzed(zip_folder(edits / "edit", tmp_path / "shot.zip", without=cut))
    assert (job["status"], farm.lacks(job["id"])) == ("validated", [])
    job = farm.analyzed(zip_folder(edits / "edit", tmp_path / "shot.zip", without=KEYED))
    assert job["analysis"]["missingFiles"] == KEYED[:1]


def test_a_clip_that_is_only_a_strip_is_missed(farm: FarmDriver, edits: Path, tmp_path: Path) -> None:
    job = farm.analyzed(zip_folder(edits / "edit", tmp_path / "shot.zip", without=CLIP))
    assert job["analysis"]["missingFiles"] == CLIP[:1]


def test_the_files_of_all_views_are_missed(farm: FarmDriver, edits: Path, tmp_path: Path) -> None:
    gone = {
        "card": {"card_c.png"},
        "views": {"movie_b.mp4", *(f"{number}_c.png" for number in range(1, 5))},
    }
    for name, files in gone.items():
        job = farm.analyzed(zip_folder(edits / name, tmp_path / "shot.zip", without=files))
        assert job["analysis"]["missingFiles"] == sorted(files)
