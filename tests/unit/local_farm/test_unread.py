# SPDX-License-Identifier: GPL-3.0-or-later
"""The farm misses only what the rendered frames read: not what leads nowhere, is hidden, or only names a file."""

from pathlib import Path

import pytest

from renderjuice.tests.unit.local_farm.driver import FarmDriver
from renderjuice.tests.unit.local_farm.zip_folder import zip_folder

READ = {
    "bend.abc", "bumps.png", "card.png", "chained.png", "excluded.png", "font.woff2", "hidden.png",
    "hidden_collection.png", "in_group.png", "lamp.ies", "lone.png", "muted_link.png", "muted_node.png",
    "other_layer.png", "part.blend", "points.pc2", "target.png",
}  # fmt: skip
STRIPS = {"later.png", "movie.png", "muted.png", "silent.png", "title.png"}


@pytest.mark.parametrize("name", ["unread", "unread_strips"])
def test_what_no_frame_reads_is_not_missed(farm: FarmDriver, unread: Path, tmp_path: Path, name: str) -> None:
    job = farm.analyzed(zip_folder(unread / name, tmp_path / "shot.zip"))
    assert farm.lacks(job["id"]) == []
    assert (job["status"], job["analysis"]["missingFiles"]) == ("validated", [])


@pytest.mark.parametrize(("name", "read"), [("read", READ), ("read_strips", STRIPS)])
def test_the_same_files_are_missed_once_they_are_read(
    farm: FarmDriver, unread: Path, tmp_path: Path, name: str, read: set[str]
) -> None:
    """But for the sound, on which no pixel depends."""
    job = farm.analyzed(zip_folder(unread / name, tmp_path / "shot.zip"))
    assert (job["status"], job["failedReason"]["type"]) == ("failed", "missing_files")
    assert {path.removeprefix("gone/") for path in job["analysis"]["missingFiles"]} == read


def test_of_a_cut_only_the_strips_are_rendered(farm: FarmDriver, unread: Path, tmp_path: Path) -> None:
    job = farm.analyzed(zip_folder(unread / "cut", tmp_path / "shot.zip"))
    assert job["analysis"]["missingFiles"] == ["gone/font.woff2", "title.png"]


def test_what_is_hidden_may_be_read_in_another_way(farm: FarmDriver, unread: Path, tmp_path: Path) -> None:
    job = farm.analyzed(zip_folder(unread / "hidden", tmp_path / "shot.zip"))
    assert job["analysis"]["missingFiles"] == ["gone/blinking.png", "gone/grain.png", "gone/instanced.png"]


def test_where_data_came_from_is_not_missed(farm: FarmDriver, unread: Path, tmp_path: Path) -> None:
    """Nor are texts, however their paths are written, and brushes' icons."""
    job = farm.analyzed(zip_folder(unread / "pasted", tmp_path / "shot.zip"))
    assert farm.lacks(job["id"]) == []
    assert job["status"] == "validated"
    assert farm.start_render(job["id"], frameRanges=["1"]).status_code == 200
    assert farm.wait(job["id"], "completed", "failed")["status"] == "completed"


def test_frames_that_were_requested_are_what_counts(farm: FarmDriver, unread: Path, tmp_path: Path) -> None:
    """A strip that begins later is missed as soon as its frames are asked for, and no sooner."""
    archive = zip_folder(unread / "unread_strips", tmp_path / "shot.zip")
    job = farm.analyzed(archive)
    assert farm.start_render(job["id"], frameRanges=["499-500"]).status_code == 200
    failed = farm.wait(job["id"], "failed")
    assert failed["failedReason"]["name"] == "Missing files: gone/later.png, gone/movie.png"
