# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of the rooms is sound in itself, and what cannot import it says the same."""

from __future__ import annotations

import graphlib
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tools import rooms
from tools.rooms import PROCESSES, ROOMS, Room

ROOT = Path(__file__).resolve().parents[3]
NAMES = {room.name: room for room in ROOMS}


@pytest.fixture(scope="module")
def settings() -> Any:
    """The settings of the development tools."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_each_room_is_described(room: Room) -> None:
    assert room.process in PROCESSES
    assert room.purpose.endswith(".")
    for target in room.may_import:
        assert target in NAMES or (ROOT / f"{target}.py").is_file()


def test_the_top_rooms_stand_on_each_other_without_a_circle() -> None:
    graph: dict[str, set[str]] = {room.top: set() for room in ROOMS}
    for room in ROOMS:
        graph[room.top] |= {target.partition("/")[0] for target in room.may_import} - {room.top}
    order = list(graphlib.TopologicalSorter(graph).static_order())
    assert order.index("live") > order.index("properties") > order.index("scene") > order.index("api")


def test_client_and_worker_meet_in_the_journal_only() -> None:
    assert not [target for target in NAMES["jobs/client"].may_import if target.startswith("jobs/worker")]
    for name in ("jobs/worker", "jobs/worker/fetching", "jobs/packaging", "jobs/journal", "jobs"):
        assert "jobs/client" not in NAMES[name].may_import
    assert "jobs/worker" not in NAMES["jobs/packaging"].may_import


def test_what_does_not_know_blender_knows_no_room_that_does() -> None:
    for room in ROOMS:
        if room.ships and not room.knows_blender and room.name != "translations/languages":
            assert not [target for target in room.may_import if NAMES[target].knows_blender]


def test_no_room_that_ships_knows_one_that_does_not() -> None:
    for room in ROOMS:
        assert not room.ships or all(target.partition("/")[0] in rooms.SHIPPED for target in room.may_import)


def test_a_top_folder_is_strict_or_knows_blender_but_never_both() -> None:
    assert set(rooms.STRICT) & set(rooms.INSIDE_BLENDER) == set()
    assert {room.top for room in ROOMS if room.knows_blender and room.ships} == set(rooms.INSIDE_BLENDER)


def test_bpy_is_banned_by_ruff_where_the_list_bans_it(settings: Any) -> None:
    may_know = [
        folder.removesuffix("/**")
        for pattern, codes in settings["ruff"]["lint"]["per-file-ignores"].items()
        if "TID251" in codes
        for folder in pattern.strip("{}").split(",")
        if folder.endswith("/**") and not folder.startswith("tests/")
    ]
    outermost = [room.name for room in ROOMS if room.knows_blender and not _is_in_one_that_knows(room)]
    assert sorted(may_know) == sorted(outermost)


def test_mypy_is_lenient_where_blender_is_known(settings: Any) -> None:
    (lenient,) = [part["module"] for part in settings["mypy"]["overrides"] if "renderjuice" in part["module"]]
    named = {name.removeprefix("renderjuice.").removesuffix(".*") for name in lenient if name.endswith(".*")}
    assert named == {*rooms.INSIDE_BLENDER, "local_farm.inside_blender"}


def _is_in_one_that_knows(room: Room) -> bool:
    parents = [str(parent) for parent in Path(room.name).parents]
    return any(NAMES[parent].knows_blender for parent in parents if parent in NAMES)
