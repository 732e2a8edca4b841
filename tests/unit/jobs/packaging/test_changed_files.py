# SPDX-License-Identifier: GPL-3.0-or-later
"""Files in another state than when the job was submitted: each is told with its name, whenever it changed."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from renderjuice.jobs.packaging import package
from renderjuice.jobs.packaging.changed_files import (
    FilesChanged,
    accept_told,
    accepted_states,
    check_unchanged,
    note_told,
)
from renderjuice.jobs.packaging.package import PackageError
from renderjuice.package_layout.file_states import GONE, state_of
from renderjuice.package_layout.layout import plan_layout
from renderjuice.package_layout.path_use import PathForm, PathUse
from renderjuice.tests.unit.jobs.packaging.packages import MIB, nothing, write


def make(blend: Path, snapshot: Path, files: list[Path], states: dict[Path, tuple[int, int]], progress=nothing) -> Path:
    uses = [
        PathUse(blend, f"//{os.path.relpath(file, blend.parent)}", file, (file,), PathForm.RELATIVE) for file in files
    ]
    layout = plan_layout(blend, uses)
    return package.make_package(blend, snapshot, files, snapshot.parent.parent, progress, layout, states=states).path


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return [write(tmp_path / "project" / f"{number}.png", os.urandom(3 * MIB)) for number in range(3)]


def test_what_did_not_change_is_packed(blend: Path, snapshot: Path, files: list[Path]) -> None:
    made = make(blend, snapshot, files, {file: state_of(file) for file in files})
    with zipfile.ZipFile(made) as archive:
        assert {f"{number}.png" for number in range(3)} < set(archive.namelist())


@pytest.mark.parametrize("change", ["content", "length", "time", "another file"])
def test_a_file_that_changed_is_named(blend: Path, snapshot: Path, files: list[Path], change: str) -> None:
    states = {file: state_of(file) for file in files}
    if change == "content":
        files[1].write_bytes(os.urandom(3 * MIB))
    elif change == "length":
        os.truncate(files[1], 7)
        os.utime(files[1], ns=(0, states[files[1]][1]))
    elif change == "time":
        os.utime(files[1], ns=(0, 1_000_000_000))
    else:
        write(files[1].with_name("new"), b"other").replace(files[1])
    with pytest.raises(FilesChanged, match=r"The file “1\.png” changed after the job was submitted") as told:
        make(blend, snapshot, files, states)
    assert told.value.states == {files[1]: state_of(files[1])}
    assert str(files[1]) in told.value.detail
    assert not list(snapshot.parent.parent.glob("*.zip"))


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_file_that_changes_while_it_is_packed_is_named(
    blend: Path, snapshot: Path, files: list[Path], number: int
) -> None:
    """Before it is read, or while it is: the second file is being read when the change is made."""
    states = {file: state_of(file) for file in files}
    is_changed = []

    def change(done: int, _total: int) -> None:
        if done > 4 * MIB and not is_changed:
            is_changed.append(files[number].write_bytes(os.urandom(3 * MIB)))

    if number == 0:
        # it was read before, and what was read is what was there at the press
        make(blend, snapshot, files, states, change)
    else:
        with pytest.raises(FilesChanged, match=rf"“{number}\.png”"):
            make(blend, snapshot, files, states, change)
    assert is_changed


def test_all_that_changed_are_counted_and_some_named(tmp_path: Path) -> None:
    files = [write(tmp_path / f"{number}.png") for number in range(5)]
    with pytest.raises(FilesChanged, match=r"5 files changed .* \(0\.png, 1\.png, 2\.png, …\)\. Retry") as told:
        check_unchanged(dict.fromkeys(files, (1, 1)))
    assert told.value.detail.splitlines() == [str(file) for file in files]


@pytest.mark.parametrize(("kind", "reason"), [("gone", "is not there any more"), ("folder", "is a folder")])
def test_what_is_no_file_any_more_is_told_as_such(
    blend: Path, snapshot: Path, files: list[Path], kind: str, reason: str
) -> None:
    states = {file: state_of(file) for file in files}
    files[2].unlink()
    if kind == "folder":
        files[2].mkdir()
    assert state_of(files[2]) == GONE
    with pytest.raises(PackageError, match=reason) as told:
        make(blend, snapshot, files, states)
    assert not isinstance(told.value, FilesChanged)


def test_only_what_was_told_is_accepted(tmp_path: Path) -> None:
    first, second = tmp_path / "first\udce9.png", tmp_path / "second.png"
    note_told(tmp_path, {first: (1, 2)})
    assert accepted_states(tmp_path) == {}
    accept_told(tmp_path)
    accept_told(tmp_path)
    assert accepted_states(tmp_path) == {first: (1, 2)}
    note_told(tmp_path, {second: (3, 4)})
    assert accepted_states(tmp_path) == {first: (1, 2)}
    accept_told(tmp_path)
    assert accepted_states(tmp_path) == {first: (1, 2), second: (3, 4)}


def test_states_that_cannot_be_accepted_are_told_once_more(tmp_path: Path) -> None:
    """The worker goes on: one folder that nobody can write into must not stop the work on all other jobs."""
    file = write(tmp_path / "a.png", b"later")
    note_told(tmp_path, {file: state_of(file)})
    (tmp_path / "changed-accepted.json").mkdir()
    write(tmp_path / "changed-accepted.json" / "in the way", b"")
    accept_told(tmp_path)
    assert accepted_states(tmp_path) == {}
