# SPDX-License-Identifier: GPL-3.0-or-later
"""How the last test of the connection went, as properties of the preferences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

Load = Callable[[str], ModuleType]
PROPERTIES = ("is_testing_connection", "connection_answer", "is_connection_test_required")


@pytest.fixture
def check(load: Load) -> Iterator[ModuleType]:
    check = load("properties.connection_check")
    check.require(False)
    yield check
    check.require(False)


def state(preferences: Any) -> tuple[bool, str, bool]:
    return tuple(getattr(preferences, name) for name in PROPERTIES)


def test_the_preferences_tell_how_the_test_goes(check: ModuleType, preferences: Any) -> None:
    check.require(True)
    assert state(preferences) == (False, "", True)
    check.begin()
    assert state(preferences) == (True, "", True)
    assert not check.take_in(None)
    assert check.take_in((False, "The key is wrong."))
    assert state(preferences) == (False, "The key is wrong.", True)
    check.begin()
    assert check.take_in((True, "All is well."))
    assert state(preferences) == (False, "All is well.", False)
    assert check.answer() == (True, "All is well.")
    assert not check.take_in((False, "An answer that nobody awaits."))
    assert state(preferences) == (False, "All is well.", False)


def test_an_answer_that_does_not_come(check: ModuleType, preferences: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    check.begin()
    monkeypatch.setattr(check, "ANSWER_TIMEOUT", -1.0)
    assert check.take_in(None)
    assert check.answer() == (False, preferences.connection_answer)
    assert preferences.connection_answer.startswith("No answer came.")
    assert preferences.is_connection_test_required


def test_another_key_or_server_asks_for_a_test(check: ModuleType, preferences: Any) -> None:
    check.begin()
    check.take_in((True, "All is well."))
    preferences.api_key = "RJ-another"
    assert state(preferences) == (False, "", True)
    preferences.api_key = ""
    assert state(preferences) == (False, "", False)


def test_nobody_can_set_them(check: ModuleType, preferences: Any) -> None:
    for name, value in zip(PROPERTIES, (True, "All is well.", True), strict=True):
        assert preferences.bl_rna.properties[name].is_readonly
        with pytest.raises(AttributeError):
            setattr(preferences, name, value)


def test_another_file_changes_nothing(check: ModuleType, preferences: Any, extension_name: str) -> None:
    check.begin()
    check.take_in((False, "The key is wrong."))
    bpy.ops.wm.read_homefile(use_factory_startup=False)
    preferences = bpy.context.preferences.addons[extension_name].preferences
    assert state(preferences) == (False, "The key is wrong.", True)


def test_nothing_of_it_is_saved(check: ModuleType, preferences: Any) -> None:
    preferences.output_folder = "//marked"
    check.begin()
    check.take_in((False, "The key is wrong."))
    assert all(state(preferences)[1:])
    bpy.ops.wm.save_userpref()
    saved = (Path(bpy.utils.resource_path("USER")) / "config" / "userpref.blend").read_bytes()
    preferences.property_unset("output_folder")
    assert b"//marked" in saved, "the preferences are not in this file as they are"
    assert b"The key is wrong." not in saved
    assert not [name for name in PROPERTIES if name.encode() in saved]
