# SPDX-License-Identifier: GPL-3.0-or-later
"""The matrix: every kind of file travels, and the farm makes the very same picture of it."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from renderjuice.tests.blender.travel.families import FAMILIES
from renderjuice.tests.blender.travel.journeys import Journey, travel
from renderjuice.tests.blender.travel.scenes import Made
from renderjuice.tests.support.farm import Farm


@pytest.fixture(scope="session")
def journeys() -> dict[str, Journey]:
    """Filled by the first test that asks for one."""
    return {}


@pytest.fixture
def journey(
    family: str,
    journeys: dict[str, Journey],
    made: Callable[[str], Made],
    preferences: Any,
    jobs: ModuleType,
    tmp_path_factory: pytest.TempPathFactory,
) -> Journey:
    """What became of a family's scene. All go together, so that the farm is never idle."""
    if not journeys:
        scenes = {name: made(name) for name in FAMILIES}
        journeys.update(travel(scenes, tmp_path_factory.mktemp("farm"), jobs.session()))
    return journeys[family]


@pytest.mark.parametrize("family", FAMILIES)
def test_the_farm_renders_the_same_picture(family: str, journey: Journey) -> None:
    assert not journey.trouble
    assert journey.is_same, f"the frames in {journey.output} are others than those in {journey.made.here[0].parent}"


@pytest.mark.parametrize(("family", "sound"), [("images", "sound/beep.wav"), ("old", "old/takes/voice.wav")])
def test_sounds_travel_though_nobody_sees_them(family: str, sound: str, journey: Journey, farm: Farm) -> None:
    (package,) = (farm.home / "uploads").glob(f"{family}-{'?' * 12}.zip")
    with zipfile.ZipFile(package) as archive:
        assert sound in archive.namelist()


@pytest.mark.parametrize("family", ["old"])
def test_what_data_was_appended_from_stays_here(family: str, journey: Journey, farm: Farm) -> None:
    (package,) = (farm.home / "uploads").glob(f"{family}-{'?' * 12}.zip")
    with zipfile.ZipFile(package) as archive:
        assert [name for name in archive.namelist() if name.endswith(".blend")] == ["old.blend", "old/sets/rock.blend"]
