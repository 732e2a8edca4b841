# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding Pythons: each candidate is run, so that a name that only looks like a Python is passed over."""

import json
import sys
from pathlib import Path

import pytest

from tools.machine import pythons

UNKNOWN = "3.98"
"""A version that no machine has: what the tests find of it is what they made."""


def program(path: Path, *lines: str) -> Path:
    """An executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines]) + "\n")
    path.chmod(0o755)
    return path


def answering(path: Path, version: str, *, complete: bool) -> Path:
    """A program that answers the probe as a Python of `version` does."""
    return program(path, f"echo '{json.dumps([str(path), version, complete])}'")


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """(the only folder on the PATH, pyenv's folder of versions), both empty."""
    on_path, pyenv = tmp_path / "bin", tmp_path / "pyenv"
    monkeypatch.setenv("PATH", str(on_path))
    monkeypatch.setenv("PYENV_ROOT", str(pyenv))
    return on_path, pyenv / "versions"


def test_the_running_python_is_recognised() -> None:
    found = pythons.probe(Path(sys.executable))
    assert found is not None
    assert found.version == f"{sys.version_info.major}.{sys.version_info.minor}"
    assert found.executable.is_file()


def test_a_shim_that_fails_is_no_python(tmp_path: Path) -> None:
    assert pythons.probe(program(tmp_path / "python3.13", "echo 'command not found' >&2", "exit 127")) is None


def test_a_program_that_prints_something_else_is_no_python(tmp_path: Path) -> None:
    assert pythons.probe(program(tmp_path / "python3.13", "echo Python 3.13.0")) is None


def test_a_missing_file_is_no_python(tmp_path: Path) -> None:
    assert pythons.probe(tmp_path / "python3.13") is None


def test_a_failing_shim_on_the_path_does_not_hide_what_pyenv_has(folders: tuple[Path, Path]) -> None:
    on_path, versions = folders
    program(on_path / f"python{UNKNOWN}", "exit 127")
    real = answering(versions / f"{UNKNOWN}.2" / "bin" / f"python{UNKNOWN}", UNKNOWN, complete=True)
    assert pythons.find([UNKNOWN]) == pythons.Python(real, UNKNOWN, True)


def test_a_python_of_another_version_is_passed_over(folders: tuple[Path, Path]) -> None:
    on_path, _ = folders
    answering(on_path / f"python{UNKNOWN}", "3.97", complete=True)
    assert pythons.find([UNKNOWN]) is None


def test_one_that_can_make_environments_wins(folders: tuple[Path, Path]) -> None:
    on_path, versions = folders
    bare = answering(on_path / f"python{UNKNOWN}", UNKNOWN, complete=False)
    assert pythons.find([UNKNOWN]) == pythons.Python(bare, UNKNOWN, False)
    full = answering(versions / f"{UNKNOWN}.0" / "bin" / "python3", UNKNOWN, complete=True)
    assert pythons.find([UNKNOWN]) == pythons.Python(full, UNKNOWN, True)


def test_versions_are_tried_in_the_order_given(folders: tuple[Path, Path]) -> None:
    on_path, _ = folders
    second = answering(on_path / "python3.97", "3.97", complete=True)
    first = answering(on_path / "python3.98", "3.98", complete=True)
    assert pythons.find(["3.98", "3.97"]) == pythons.Python(first, "3.98", True)
    assert pythons.find(["3.99", "3.97"]) == pythons.Python(second, "3.97", True)
