# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules for the rooms: each planted fault is found at its file and line, and a tree without faults passes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tools import architecture
from tools.architecture import MAX_LINES, MAX_MODULES_A_FOLDER, Fault
from tools.rooms import Room

ROOMS = (
    Room(name="cellar", purpose="What all others stand on.", process="any"),
    Room(name="hall", purpose="Where people arrive.", process="Blender", may_import=("cellar", "hall/desk")),
    Room(name="hall/desk", purpose="Who asks them for their names.", process="Blender", may_import=("cellar", "hall")),
    Room(name="roof", purpose="What one sees first.", process="worker", may_import=("hall", "cellar/wine")),
    Room(name="properties", purpose="Properties.", process="Blender", has_one_file_a_topic=True),
)
SOUND = {
    "__init__.py": "def register():\n    from . import hall, roof\n",
    "cellar/__init__.py": '"""What all others stand on. Runs in any process."""\n',
    "cellar/coal.py": "import json\nimport os.path\nfrom collections import abc\n",
    "cellar/wine.py": "from .. import __package__ as extension\nfrom . import coal\n",
    "hall/__init__.py": '"""Where people arrive.\n\nRuns in Blender\'s process.\n"""\nfrom . import door\n',
    "hall/door.py": "from ..cellar.coal import abc\nfrom .desk.list import names\n",
    "hall/desk/__init__.py": '"""Who asks them for\ntheir names. Runs in Blender\'s process."""\n',
    "hall/desk/list.py": "from ..bell import ring\n",
    "hall/bell.py": "def ring(): ...\n",
    "roof/__init__.py": '"""What one sees first. Runs in the worker."""\n',
    "roof/tiles.py": "from ..hall import door\nfrom ..cellar.wine import coal\n",
    "properties/__init__.py": '"""Properties. Runs in Blender\'s process."""\n',
    "properties/plain.py": "import bpy\nclass A:\n    name: bpy.props.StringProperty()\n",
    "properties/named.py": "from bpy.props import BoolProperty as Switch\nis_on = Switch(default=True)\n",
}


@pytest.fixture
def faults(tmp_path: Path) -> Callable[..., list[Fault]]:
    """Give the faults of a small sound tree, with some of its files changed (None removes one)."""

    def look(changes: dict[str, str | None] | None = None) -> list[Fault]:
        for name, source in {**SOUND, **(changes or {})}.items():
            if source is not None:
                (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / name).write_text(source)
        return architecture.faults(tmp_path, ROOMS)

    return look


def test_a_sound_tree_has_no_faults(faults: Callable[..., list[Fault]]) -> None:
    assert faults() == []


CIRCLES = {
    "at the top": "from .wine import red\n",
    "of the module itself": "from . import wine\n",
    "in a function": "def burn():\n    from . import wine\n",
    "for types": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .wine import Red\n",
    "by the whole name": "import renderjuice.cellar.wine\n",
    "from the whole name": "from renderjuice.cellar import wine\n",
}


@pytest.mark.parametrize("source", CIRCLES.values(), ids=CIRCLES)
def test_a_circle_is_found(faults: Callable[..., list[Fault]], source: str) -> None:
    (fault,) = faults({"cellar/coal.py": source})
    assert "a circle of imports" in fault.text
    assert f"cellar/coal.py:{len(source.splitlines())}" in fault.text
    assert "cellar/wine.py:2" in fault.text


def test_a_circle_through_a_package_is_found(faults: Callable[..., list[Fault]]) -> None:
    (fault,) = faults({"hall/door.py": "from . import open_hours\n"})
    assert "hall/__init__.py:5" in fault.text
    assert "hall/door.py:1" in fault.text


def test_each_of_two_circles_is_found(faults: Callable[..., list[Fault]]) -> None:
    found = faults({"cellar/coal.py": "from . import wine\n", "hall/bell.py": "from .desk import list\n"})
    assert [fault.path.partition("/")[0] for fault in found] == ["cellar", "hall"]


ARROWS = {
    "upward": ("cellar/coal.py", "\nfrom ..hall import bell\n", 2, "cellar may not import hall (hall.bell)"),
    "upward in a function": ("cellar/coal.py", "def f():\n    import renderjuice.hall.bell\n", 2, "cellar may not"),
    "upward for types": (
        "cellar/coal.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from ..hall.bell import ring\n",
        3,
        "cellar may not import hall",
    ),
    "sideways": ("roof/tiles.py", "from ..properties import plain\n", 1, "roof may not import properties"),
    "past the one module that is allowed": ("roof/tiles.py", "from ..cellar.coal import abc\n", 1, "(cellar.coal)"),
    "into a room inside one that is allowed": ("roof/tiles.py", "from ..hall.desk import list\n", 1, "hall/desk"),
}


@pytest.mark.parametrize(("path", "source", "line", "text"), ARROWS.values(), ids=ARROWS)
def test_a_forbidden_arrow_is_found(
    faults: Callable[..., list[Fault]], path: str, source: str, line: int, text: str
) -> None:
    (fault,) = faults({path: source})
    assert (fault.path, fault.line) == (path, line)
    assert text in fault.text
    assert "tools/rooms.py" in fault.text


def test_a_name_of_the_extension_itself_is_an_arrow_upward(faults: Callable[..., list[Fault]]) -> None:
    found = faults({"cellar/coal.py": "from .. import register\n"})
    assert any(fault == Fault("cellar/coal.py", 1, fault.text) and "__init__" in fault.text for fault in found)


def test_a_long_file_is_found(faults: Callable[..., list[Fault]]) -> None:
    assert faults({"hall/bell.py": "\n" * MAX_LINES}) == []
    (fault,) = faults({"hall/bell.py": "\n" * (MAX_LINES + 1)})
    assert str(fault) == f"hall/bell.py:311: 311 lines; at most {MAX_LINES}: split it by what it does"


def test_a_crowded_folder_is_found(faults: Callable[..., list[Fault]]) -> None:
    more = {f"cellar/box_{number}.py": "" for number in range(MAX_MODULES_A_FOLDER - 2)}
    assert faults(more) == []
    (fault,) = faults({**more, "cellar/one_more.py": ""})
    assert str(fault) == "cellar/__init__.py:1: 16 modules side by side; at most 15"


def test_a_room_of_one_file_a_topic_may_be_crowded(faults: Callable[..., list[Fault]]) -> None:
    more = {f"properties/more_{number}.py": SOUND["properties/named.py"] for number in range(20)}
    assert faults(more) == []


@pytest.mark.parametrize("source", ["", "import bpy\nKIND = bpy.props.StringProperty\n", "def StringProperty(): ...\n"])
def test_a_module_without_a_property_is_found_among_them(faults: Callable[..., list[Fault]], source: str) -> None:
    (fault,) = faults({"properties/plain.py": source})
    assert fault.path == "properties/plain.py"
    assert "declares no property" in fault.text


def test_a_room_must_say_its_process(faults: Callable[..., list[Fault]]) -> None:
    (fault,) = faults({"cellar/__init__.py": '"""What all others stand on. Runs in the worker."""\n'})
    assert str(fault) == "cellar/__init__.py:2: the process is not told; say: Runs in any process"


def test_a_room_must_say_what_the_list_says(faults: Callable[..., list[Fault]]) -> None:
    (fault,) = faults({"cellar/__init__.py": '"""What is below. Runs in any process."""\n'})
    assert fault.text == "the first sentence is not the one of tools/rooms.py: What all others stand on."


@pytest.mark.parametrize(
    "source", ["\nfrom . import test_door\n", "\nimport tests.test_door\n", "\nfrom .test_door import a\n"]
)
def test_a_test_that_imports_another_is_found(faults: Callable[..., list[Fault]], source: str) -> None:
    (fault,) = faults({"tests/test_hall.py": source, "tests/make_doors.py": "from tested import test\n"})
    assert str(fault) == f"tests/test_hall.py:2: imports another test: {fault.text.rpartition(' ')[2]}"


def test_a_folder_that_is_no_room_is_found(faults: Callable[..., list[Fault]]) -> None:
    found = faults({"cellar/hole/mouse.py": ""})
    assert [fault.path for fault in found] == ["cellar/hole/__init__.py"] * 2
    assert "not in the list of the rooms" in found[1].text


def test_a_room_that_is_no_folder_is_found(faults: Callable[..., list[Fault]]) -> None:
    (fault,) = faults({"roof/__init__.py": None, "roof/tiles.py": None})
    assert str(fault) == "tools/rooms.py:1: the room roof is no folder with modules"
