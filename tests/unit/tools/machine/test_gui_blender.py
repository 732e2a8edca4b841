# SPDX-License-Identifier: GPL-3.0-or-later
"""Blenders with a window: where they come from, when they are ready, and what is said when they cannot be had."""

import dataclasses
from pathlib import Path

import pytest

from tools.environments import STAMP
from tools.errors import CannotGoOn
from tools.machine import gui_blender
from tools.machine.gui_blender import GUI_BLENDERS


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own."""
    monkeypatch.setenv("RENDERJUICE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.mark.parametrize(
    ("targets", "mirror"),
    [
        ("http://one.test/debian/\nhttp://two.test/debian/\n", "http://one.test/debian"),
        ("http://one.test/debian-security/\nhttp://two.test/some/debian\n", "http://two.test/some/debian"),
        ("http://one.test/ubuntu/\n", None),
        ("", None),
    ],
)
def test_the_mirror_is_the_one_that_this_machine_has(targets: str, mirror: str | None) -> None:
    assert gui_blender.debian_mirror(targets) == mirror


@pytest.mark.parametrize(
    ("policy", "version"),
    [
        ("blender:\n  Installed: (none)\n  Candidate: 5.2.2+dfsg-1+b2\n  Version table:\n     4.3.2 500\n", "5.2"),
        ("blender:\n  Installed: (none)\n  Candidate: 1:4.3.2+dfsg-2\n", "4.3"),
        ("blender:\n  Installed: 4.3.2\n  Candidate: (none)\n", ""),
        ("", ""),
    ],
)
def test_what_a_suite_offers(policy: str, version: str) -> None:
    assert gui_blender.candidate(policy) == version


def test_only_what_was_made_by_this_recipe_at_this_place_is_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    blender = GUI_BLENDERS["5.2"]
    assert not gui_blender.is_ready(blender)
    blender.folder.mkdir(parents=True)
    (blender.folder / STAMP).write_text(blender.stamp)
    assert gui_blender.is_ready(blender)
    assert not gui_blender.is_ready(dataclasses.replace(blender, modules=()))
    monkeypatch.setattr(gui_blender, "RECIPE", gui_blender.RECIPE + 1)
    assert not gui_blender.is_ready(blender)


def test_without_apt_the_reason_is_told_and_nothing_is_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotGoOn, match="Debian"):
        gui_blender.ensure(GUI_BLENDERS["4.3"])
    ready, left_out = gui_blender.ensure_all(GUI_BLENDERS)
    assert ready == {}
    assert list(left_out) == list(GUI_BLENDERS)
    assert not any(GUI_BLENDERS[version].folder.exists() for version in left_out)
