# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders beside the .blend for what is written elsewhere, from paths of every system."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest

Load = Callable[[str], ModuleType]


@pytest.mark.parametrize(
    ("written", "project", "expected"),
    [
        (r"C:\renders\shot 1\beauty", "/shots", "//beauty"),
        ("D:/renders/beauty/", "C:\\shots", "//beauty"),
        (r"C:\Shots\out\a", r"c:\shots", "//out/a"),
        (r"\\server\share\out", r"C:\shots", "//out"),
        ("C:\\", r"C:\shots", "//output"),
        ("/shots/../passes", "/shots", "//passes"),
        ("/shots/a/../b//c/", "/shots", "//b/c"),
        ("/shots", "/shots", "//"),
        ("passes", "/shots", "//passes"),
        ("/shots/passes", "", "//passes"),
    ],
)
def test_folders_of_every_system(load: Load, written: str, project: str, expected: str) -> None:
    given = load("scene_edits.relative_folders").relative_folders([written], project)
    assert given == {written: expected}
