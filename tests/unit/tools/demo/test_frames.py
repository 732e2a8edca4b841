# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's judgement of its frames, and that it never writes over anything."""

from pathlib import Path

import pytest
from PIL import Image

from tools.demo import demo
from tools.demo import frames as demo_frames
from tools.errors import CannotGoOn


def picture(path: Path, color: tuple[int, int, int]) -> Path:
    """A small PNG of one color."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (16, 9), color).save(path)
    return path


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    """A folder with three good frames."""
    for number in range(1, 4):
        picture(tmp_path / "frames" / f"{number:04}.png", (60 * number, 40, 80))
    return tmp_path / "frames"


def test_good_frames_give_no_complaint(frames: Path) -> None:
    assert demo_frames.complaints(frames, 3) == []


def test_a_missing_frame_is_noticed(frames: Path) -> None:
    (found,) = demo_frames.complaints(frames, 5)
    assert found.startswith("3 frames arrived instead of 5: 0001.png")


def test_a_black_frame_is_noticed(frames: Path) -> None:
    picture(frames / "0002.png", (3, 3, 3))
    assert demo_frames.complaints(frames, 3) == ["0002.png is black"]


def test_two_equal_frames_are_noticed(frames: Path) -> None:
    picture(frames / "0003.png", (60, 40, 80))
    assert demo_frames.complaints(frames, 3) == ["0003.png shows the same as 0001.png"]


def test_a_frame_that_was_cut_short_is_noticed(frames: Path) -> None:
    whole = frames / "0002.png"
    whole.write_bytes(whole.read_bytes()[:-30])
    (found,) = demo_frames.complaints(frames, 3)
    assert found.startswith("0002.png is not a whole picture")


def test_each_demo_gets_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert demo.new_folder(None) == tmp_path / "renderjuice-demo"
    assert demo.new_folder(None) == tmp_path / "renderjuice-demo-2"
    assert demo.new_folder(Path("mine")) == tmp_path / "mine"
    with pytest.raises(CannotGoOn, match="mine"):
        demo.new_folder(Path("mine"))
